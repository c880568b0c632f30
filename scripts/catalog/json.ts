/** A JSON object read from a spec, before anything about it is known. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value is a JSON object. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The value as an object; empty when it is anything else. */
export const toObject = (value: unknown): JsonObject => (isObject(value) ? value : {});

/** The value as a list; empty when it is anything else. */
export const toList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The strings in a list; empty when the value is no list. */
export const toStrings = (value: unknown): readonly string[] =>
  toList(value).filter((member) => typeof member === "string");

/** Orders by code units, so that the output does not depend on the machine's locale. */
export const byCodeUnit = (left: string, right: string): number =>
  left < right ? -1 : left > right ? 1 : 0;
