import { z } from "zod";

/** A JSON Schema of an object, dialect 2020-12. */
export interface JsonSchema {
  readonly type: "object";
  readonly [keyword: string]: unknown;
}

/**
 * The JSON Schema 2020-12 of a zod object, frozen. `$schema` is left out: 2020-12 is the default
 * dialect of MCP since 2025-11-25 (SEP-1613), clients of earlier revisions refuse to compile a schema
 * that names it, and it would cost tokens in every tool. For the same reason lengths of texts and lists, and
 * keywords that say nothing, are left to the check at the call. Throws on `$ref`, which hosts drop
 * silently.
 */
export function toJsonSchema(schema: z.ZodObject): JsonSchema {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, {
    target: "draft-2020-12",
    io: "input",
    reused: "inline",
    cycles: "throw",
  });
  if (JSON.stringify(json).includes('"$ref"')) throw new Error("a tool schema must not need $ref");
  // Some hosts read the properties of a tool without looking whether there are any.
  return deepFreeze({ properties: {}, ...slimMembers(json), type: "object" });
}

type Json = Readonly<Record<string, unknown>>;

/** Keywords that are not worth their tokens, with the values for which that holds. */
const DISPENSABLE: Readonly<Record<string, (value: unknown) => boolean>> = {
  minLength: () => true,
  maxLength: () => true,
  minItems: () => true,
  maxItems: () => true,
  propertyNames: () => true,
  properties: isEmptyObject,
  // Nobody asks for less than one record.
  minimum: (value) => value === Number.MIN_SAFE_INTEGER || value === 0 || value === 1,
  maximum: (value) => value === Number.MAX_SAFE_INTEGER,
  additionalProperties: isEmptyObject,
};

function slim(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(slim);
  if (typeof schema !== "object" || schema === null) return schema;
  return slimMembers({ ...schema });
}

function slimMembers(schema: Json): Json {
  const worth = Object.entries(schema).filter(
    ([keyword, value]) =>
      DISPENSABLE[keyword]?.(value) !== true &&
      // A format says in one word what its pattern spells out.
      !(keyword === "pattern" && schema["format"] !== undefined),
  );
  return Object.fromEntries(
    worth.map(([keyword, value]) => [
      keyword,
      keyword === "properties" ? slimProperties(value) : slim(value),
    ]),
  );
}

/** Names of properties are no keywords: one called `maxLength` stays. */
function slimProperties(properties: unknown): Json {
  return Object.fromEntries(
    Object.entries(properties ?? {}).map(([name, schema]) => [name, slim(schema)]),
  );
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

function deepFreeze<Value extends object>(value: Value): Value {
  for (const inner of Object.values(value)) {
    if (typeof inner === "object" && inner !== null) deepFreeze(inner);
  }
  return Object.freeze(value);
}
