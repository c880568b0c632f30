import { type UpstreamRecord, isRecord } from "../record.ts";

/**
 * The values of a record at dotted paths, each under its whole path; a path goes through the members of
 * lists by itself (`stages.name`), or by number. The id is always among them. Missing ones are left out.
 */
export function projectRecord(record: UpstreamRecord, paths: readonly string[]): UpstreamRecord {
  const id = record["id"] ?? record["_id"];
  const values: Record<string, unknown> = id === undefined ? {} : { id };
  for (const path of paths) {
    const value = valueAt(record, path.split("."));
    if (value !== undefined) values[path] = value;
  }
  return values;
}

/** The paths that no record has, for a note: most likely they are misspelt. */
export function findUnknownPaths(
  records: readonly UpstreamRecord[],
  paths: readonly string[],
): readonly string[] {
  return paths.filter((path) => {
    const names = path.split(".");
    return records.every((record) => valueAt(record, names) === undefined);
  });
}

function valueAt(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined) return value;
  if (Array.isArray(value)) {
    if (/^\d+$/u.test(name)) return valueAt(value[Number(name)], rest);
    const members = value
      .map((member) => valueAt(member, [name, ...rest]))
      .filter((member) => member !== undefined);
    return members.length === 0 ? undefined : members;
  }
  if (!isRecord(value)) return undefined;
  // Some names have dots themselves: keys of custom fields.
  const whole = [name, ...rest].join(".");
  if (Object.hasOwn(value, whole)) return value[whole];
  return Object.hasOwn(value, name) ? valueAt(value[name], rest) : undefined;
}
