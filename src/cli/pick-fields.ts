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
