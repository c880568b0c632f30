import type { Field, ValueType } from "../../src/ghl/catalog/operation.ts";
import { isObject, toList, toObject, toStrings, type JsonObject } from "./json.ts";

type Resolve = (reference: string) => JsonObject | undefined;
type Scalar = string | number | boolean;

/** How deep body fields are described: deeper objects take any properties. Keeps the files small. */
const MAX_DEPTH = 4;

const VALUE_TYPES: readonly string[] = [
  "string",
  "number",
  "integer",
  "boolean",
  "array",
  "object",
];

const isValueType = (value: unknown): value is ValueType =>
  typeof value === "string" && VALUE_TYPES.includes(value);

const isScalar = (value: unknown): value is Scalar =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean";

/** The value type that a schema names, or that its keywords imply; `any` when neither does. */
export const toValueType = (schema: JsonObject): ValueType => {
  if (isValueType(schema["type"])) return schema["type"];
  if (isObject(schema["properties"])) return "object";
  return isObject(schema["items"]) ? "array" : "any";
};

// Country codes of the store are declared as numbers, and listed as the texts that they are.
const toFieldType = (schema: JsonObject, allowed: readonly Scalar[] | undefined): ValueType => {
  const type = toValueType(schema);
  const isNumber = type === "number" || type === "integer";
  const isText = allowed?.every((value) => typeof value === "string") === true;
  return isNumber && isText ? "string" : type;
};

/** The allowed values. One spec nests the list in another list, hence the flattening. */
export const toEnum = (schema: JsonObject): readonly Scalar[] | undefined => {
  const values = toList(schema["enum"]).flat(2).filter(isScalar);
  return values.length === 0 ? undefined : [...new Set(values)];
};

/** The default, when it is a plain value of the schema's own type. */
export const toDefault = (schema: JsonObject): Scalar | undefined => {
  const value = schema["default"];
  if (!isScalar(value)) return undefined;
  // Some defaults are sentences or texts put where a number belongs: not facts.
  const type = toValueType(schema);
  const expected = type === "integer" ? "number" : type;
  return typeof value === expected ? value : undefined;
};

/**
 * Merges references and combinations into one plain schema: all parts of `allOf`, and for `oneOf` and
 * `anyOf` the union of the fields, of which only those that every variant requires are required.
 */
export const flattenSchema = (schema: JsonObject, resolve: Resolve, depth = 0): JsonObject => {
  if (depth > 8) return {};
  if (typeof schema["$ref"] === "string") {
    const target = resolve(schema["$ref"]);
    return target === undefined ? {} : flattenSchema(target, resolve, depth + 1);
  }
  const flatten = (part: unknown): JsonObject => flattenSchema(toObject(part), resolve, depth + 1);
  const all = toList(schema["allOf"]).map(flatten);
  const variants = [...toList(schema["oneOf"]), ...toList(schema["anyOf"])].map(flatten);
  if (all.length === 0 && variants.length === 0) return schema;
  return mergeAll([schema, ...all, ...(variants.length === 0 ? [] : [mergeVariants(variants)])]);
};

const mergeAll = (parts: readonly JsonObject[]): JsonObject => {
  const properties = Object.assign({}, ...parts.map((part) => toObject(part["properties"])));
  const required = [...new Set(parts.flatMap((part) => toStrings(part["required"])))];
  const merged = Object.assign({}, ...parts.toReversed());
  return Object.keys(properties).length === 0 ? merged : { ...merged, properties, required };
};

const mergeVariants = (variants: readonly JsonObject[]): JsonObject => {
  const types = new Set(variants.map(toValueType));
  if (types.size !== 1 || !types.has("object")) {
    return types.size === 1 ? { type: [...types][0], items: variants[0]?.["items"] } : {};
  }
  const required = toStrings(variants[0]?.["required"]).filter((name) =>
    variants.every((variant) => toStrings(variant["required"]).includes(name)),
  );
  return {
    type: "object",
    properties: Object.assign({}, ...variants.map((variant) => toObject(variant["properties"]))),
    required,
  };
};

/** The facts of a schema: types, required, enums and defaults, nested to a fixed depth. */
export const shapeField = (raw: JsonObject, resolve: Resolve, depth = 1): Field => {
  const schema = flattenSchema(raw, resolve);
  const allowed = toEnum(schema);
  const type = toFieldType(schema, allowed);
  const preset = toDefault(schema);
  const items = type === "array" ? shapeItems(schema, resolve, depth) : undefined;
  const fields = type === "object" && depth < MAX_DEPTH ? shapeFields(schema, resolve, depth) : {};
  return {
    type,
    ...((raw["nullable"] === true || schema["nullable"] === true) && { nullable: true }),
    ...(schema["format"] === "binary" && { binary: true }),
    ...(allowed !== undefined && { enum: allowed }),
    ...(preset !== undefined && { default: preset }),
    ...(items !== undefined && { items }),
    ...(Object.keys(fields).length > 0 && { fields }),
  };
};

const shapeItems = (schema: JsonObject, resolve: Resolve, depth: number): Field | undefined => {
  const items = toObject(schema["items"]);
  return Object.keys(items).length === 0 ? undefined : shapeField(items, resolve, depth);
};

/** The named fields of an object schema, in the order of the spec. */
export const shapeFields = (
  schema: JsonObject,
  resolve: Resolve,
  depth: number,
): Readonly<Record<string, Field>> => {
  const required = toStrings(schema["required"]);
  return Object.fromEntries(
    Object.entries(toObject(schema["properties"])).map(([name, value]) => {
      const { type, ...rest } = shapeField(toObject(value), resolve, depth + 1);
      return [name, { type, ...(required.includes(name) && { required: true as const }), ...rest }];
    }),
  );
};
