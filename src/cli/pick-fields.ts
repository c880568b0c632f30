import { isPlainObject } from "../ghl/coerce-value.ts";

/**
 * The part of a value that dotted paths name, in the value's own shape; a list gives the part of each
 * of its members. What a path does not find is left out. Pure.
 */
export const pickFields = (value: unknown, paths: readonly string[]): unknown => {
  if (Array.isArray(value)) return value.map((member: unknown) => pickFields(member, paths));
  if (!isPlainObject(value)) return value;
  const picked: [string, unknown][] = [];
  for (const name of new Set(paths.map((path) => path.split(".", 1)[0] ?? ""))) {
    if (!Object.hasOwn(value, name)) continue;
    const deeper = paths
      .filter((path) => path.startsWith(`${name}.`))
      .map((path) => path.slice(name.length + 1));
    const whole = paths.includes(name) || deeper.length === 0;
    picked.push([name, whole ? value[name] : pickFields(value[name], deeper)]);
  }
  return Object.fromEntries(picked);
};

const MAX_NAMES = 12;

/**
 * A line about the paths that find nothing in a value, with the names that there are; undefined where each
 * finds something, or where there is no record to tell by. Pure.
 */
export const describeUnmatched = (value: unknown, paths: readonly string[]): string | undefined => {
  const unmatched = paths.filter((path) => !mayHold(value, path.split(".")));
  if (unmatched.length === 0) return undefined;
  const names = namesOf(value);
  const shown = names.slice(0, MAX_NAMES).join(", ");
  const more = names.length > MAX_NAMES ? ", …" : "";
  const quoted = unmatched.map((path) => `"${path}"`).join(", ");
  return `--fields: nothing is called ${quoted}${names.length === 0 ? "" : `; there are: ${shown}${more}`}`;
};

/** An empty list and null hold no names, and so speak against none. */
const mayHold = (value: unknown, [name, ...deeper]: readonly string[]): boolean => {
  if (name === undefined || value === null) return true;
  if (Array.isArray(value)) {
    return value.length === 0 || value.some((member) => mayHold(member, [name, ...deeper]));
  }
  return isPlainObject(value) && Object.hasOwn(value, name) && mayHold(value[name], deeper);
};

const namesOf = (value: unknown): readonly string[] => {
  const members: readonly unknown[] = Array.isArray(value) ? value : [value];
  return [...new Set(members.filter(isPlainObject).flatMap((member) => Object.keys(member)))];
};
