import type { Parameter } from "../operation.ts";

interface ParameterPatch {
  readonly reason: string;
  /** What a parameter is besides what its spec says, by name. */
  readonly parameters: Readonly<Record<string, Pick<Parameter, "enum" | "joined">>>;
}

const JOINED_BY_V2 = "only the v2 spec says that the list is joined; both have one Version";

const PARAMETER_PATCHES: Readonly<Record<string, ParameterPatch>> = {
  "contacts.create-association": {
    reason: "the path names a placeholder that the spec does not declare",
    parameters: { type: { enum: ["add", "remove"] } },
  },
  "ad-manager.fb-get-reporting": {
    reason: JOINED_BY_V2,
    parameters: { fields: { joined: true } },
  },
  "ad-manager.google-get-reporting": {
    reason: JOINED_BY_V2,
    parameters: { fields: { joined: true } },
  },
};

/** The parameters of an operation with their corrections. */
export const patchParameters = (
  id: string,
  parameters: readonly Parameter[],
): readonly Parameter[] => {
  const patches = PARAMETER_PATCHES[id]?.parameters;
  if (patches === undefined) return parameters;
  return parameters.map((parameter) => ({ ...parameter, ...patches[parameter.name] }));
};

/**
 * The corrections, for the test that holds them against the specs.
 *
 * @internal
 */
export const parameterPatches: Readonly<Record<string, ParameterPatch>> = PARAMETER_PATCHES;
