import type { Parameter } from "../operation.ts";

/** What the specs leave out about parameters, by operation and name. */
const PARAMETER_PATCHES: Readonly<
  Record<string, Readonly<Record<string, Pick<Parameter, "enum" | "joined">>>>
> = {
  // The path names a placeholder that the spec does not declare.
  "contacts.create-association": { type: { enum: ["add", "remove"] } },
  // Only the v2 spec says that the list is joined by commas; both are called under one Version.
  "ad-manager.fb-get-reporting": { fields: { joined: true } },
  "ad-manager.google-get-reporting": { fields: { joined: true } },
};

/** The parameters of an operation with their corrections. */
export const patchParameters = (
  id: string,
  parameters: readonly Parameter[],
): readonly Parameter[] => {
  const patches = PARAMETER_PATCHES[id];
  if (patches === undefined) return parameters;
  return parameters.map((parameter) => ({ ...parameter, ...patches[parameter.name] }));
};
