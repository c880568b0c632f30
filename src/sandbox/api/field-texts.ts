import type { FieldRule, JsonObject } from "../gate/fields.ts";

const ISO_DATE = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/** Whether a text is a date or a date-time in ISO 8601 that exists. */
const isIsoDate = (value: unknown): value is string =>
  typeof value === "string" && ISO_DATE.test(value) && !Number.isNaN(Date.parse(value));

/** A text that must be a date. */
export const isoDateRule = (required: boolean): FieldRule => ({
  type: "string",
  required,
  check: (value) => (isIsoDate(value) ? undefined : "must be a valid ISO 8601 date string"),
});

/** The named fields of a body that are present, as they are. */
export const pickFields = (body: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = body[name];
      return value === undefined || value === null ? [] : [[name, value]];
    }),
  );

/** A list of texts; empty where the value is something else. */
export const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
