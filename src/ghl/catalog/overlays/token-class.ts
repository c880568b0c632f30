import type { OperationTokenClass } from "../operation.ts";

/** Token classes that the specs state wrongly, or that their missing security block hides. */
const TOKEN_CLASSES: Readonly<Record<string, OperationTokenClass>> = {
  // Declared for agencies, although the schema belongs to one location and needs its id.
  "objects.create-custom-object-schema": "location",
  // The token endpoint itself takes no access token; it belongs to the app, not to a location.
  "oauth.get-access-token": "company",
};

/** The token class of an operation; what has no security block is about one location. */
export const chooseTokenClass = (
  id: string,
  declared: OperationTokenClass | undefined,
): OperationTokenClass => TOKEN_CLASSES[id] ?? declared ?? "location";
