import { closest } from "./catalog/closest.ts";
import type { Operation } from "./catalog/operation.ts";
import type { GhlFailure } from "./errors.ts";
import { toEvidence } from "./evidence.ts";

/** Names that mean the location: their absence is about the call's location, not about a value. */
const LOCATION_NAMES: readonly string[] = ["locationId", "location_id", "altId", "altType"];

/** The failure for a name that the operation does not have, with the name that was likely meant. */
export const unknownName = (
  name: string,
  known: readonly string[],
  elsewhere?: { readonly names: readonly string[]; readonly place: string },
): GhlFailure => {
  const [suggestion] = closest(name, known, 1);
  const list = known.length === 0 ? "there are none" : `known: ${known.slice(0, 30).join(", ")}`;
  const hint = suggestion === undefined ? list : `did you mean "${suggestion}"`;
  const problem =
    elsewhere?.names.includes(name) === true
      ? `belongs in the ${elsewhere.place}`
      : `is not known to this operation; ${hint}`;
  return { kind: "invalid_parameter", parameter: toEvidence(name, 60), problem };
};

/** The failure for required names that were not given; undefined when none is missing. */
export const missingNames = (
  missing: readonly { readonly name: string; readonly type: string }[],
  place: "parameter" | "body field",
): GhlFailure | undefined => {
  const [first, ...others] = missing;
  if (first === undefined) return undefined;
  if (missing.some(({ name }) => LOCATION_NAMES.includes(name))) {
    return { kind: "location_required" };
  }
  const also = others.map(({ name, type }) => `"${name}" (${type})`).join(", ");
  return {
    kind: "invalid_parameter",
    parameter: first.name,
    problem: `is a required ${place} (${first.type})${also === "" ? "" : `; also missing: ${also}`}`,
  };
};

const namesOfParameters = new WeakMap<Operation, readonly string[]>();

/** The names of an operation's parameters; the same list each time. */
export const parameterNames = (operation: Operation): readonly string[] => {
  const known = namesOfParameters.get(operation);
  if (known !== undefined) return known;
  const names = operation.parameters.map((parameter) => parameter.name);
  namesOfParameters.set(operation, names);
  return names;
};

/** The names of an operation's top-level body fields; empty for a free-form body. */
export const bodyNames = (operation: Operation): readonly string[] =>
  Object.keys(operation.body?.fields ?? {});
