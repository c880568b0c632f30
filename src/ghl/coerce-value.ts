import { isRecord } from "../core/json.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { Field, ValueType } from "./catalog/operation.ts";

/** A value that a path or query can carry. */
export type Scalar = string | number | boolean;

/**
 * Turns a value into the scalar that the catalogue asks for: numbers and booleans given as strings
 * and the other way round. Fails with what would be right.
 */
export const coerceScalar = (value: unknown, type: ValueType): Result<Scalar, string> => {
  switch (type) {
    case "number":
    case "integer":
      return toNumber(value, type);
    case "boolean":
      return toBoolean(value);
    case "string":
    case "any":
    case "array":
    case "object":
      return toScalar(value, type);
  }
};

const toNumber = (value: unknown, type: "number" | "integer"): Result<Scalar, string> => {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  const good =
    typeof number === "number" &&
    (type === "integer" ? Number.isInteger(number) : Number.isFinite(number));
  return good ? ok(number) : fail(`must be ${type === "integer" ? "a whole number" : "a number"}`);
};

const toBoolean = (value: unknown): Result<Scalar, string> => {
  if (typeof value === "boolean") return ok(value);
  if (value === "true" || value === "false") return ok(value === "true");
  return fail("must be true or false");
};

const toScalar = (value: unknown, type: ValueType): Result<Scalar, string> => {
  if (typeof value === "string") {
    // A lone surrogate has no encoding in a URL.
    return value.isWellFormed() ? ok(value) : fail("must be well-formed Unicode text");
  }
  if (typeof value === "number" && Number.isFinite(value)) {
    return ok(type === "string" ? String(value) : value);
  }
  if (typeof value === "boolean") return ok(type === "string" ? String(value) : value);
  return fail("must be a string, a number or a boolean");
};

/**
 * Aligns scalars inside a body with the types that the catalogue names, at any depth. Values of other
 * shapes pass as they are: the specs are too often wrong about these to refuse a call over them.
 */
export const alignBody = (value: unknown, field: Field): unknown => {
  if (Array.isArray(value)) {
    const { items } = field;
    return items === undefined ? value : value.map((member) => alignBody(member, items));
  }
  if (isPlainObject(value)) {
    const { fields } = field;
    return fields === undefined ? value : alignFields(value, fields);
  }
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") {
    return value;
  }
  const coerced = coerceScalar(value, field.type);
  return coerced.ok ? coerced.value : value;
};

/** Aligns each named field of an object; names without a description pass as they are. */
export const alignFields = (
  value: Readonly<Record<string, unknown>>,
  fields: Readonly<Record<string, Field>>,
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
      return [name, field === undefined ? member : alignBody(member, field)];
    }),
  );

/** Whether a value is an object with named members, as JSON has it. */
export const isPlainObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  isRecord(value) && !(value instanceof Blob);
