import type { OperationTokenClass } from "../operation.ts";

/** A token class that a spec states wrongly, or that its missing security block hides. */
interface TokenClassPatch {
  readonly reason: string;
  readonly tokenClass: OperationTokenClass;
}

/**
 * The corrections. Exported for the test that holds them against the specs.
 *
 * @internal
 */
export const TOKEN_CLASS_PATCHES: Readonly<Record<string, TokenClassPatch>> = {
  "objects.create-custom-object-schema": {
    reason: "declared for agencies, although the schema belongs to one location and needs its id",
    tokenClass: "location",
  },
  "oauth.get-access-token": {
    reason: "takes no access token at all; it belongs to the app, not to a location",
    tokenClass: "company",
  },
};

/** The token class of an operation; what has no security block is about one location. */
export const chooseTokenClass = (
  id: string,
  declared: OperationTokenClass | undefined,
): OperationTokenClass => TOKEN_CLASS_PATCHES[id]?.tokenClass ?? declared ?? "location";
