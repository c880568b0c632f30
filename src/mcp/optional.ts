import type { UpstreamRecord } from "./record.ts";

/** An object with this field, or an empty one where there is no value: for spreading. */
export function optional(name: string, value: unknown): UpstreamRecord {
  return value === undefined ? {} : { [name]: value };
}
