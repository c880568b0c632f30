/** A JSON object, as far as it is known. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** What one field of a body or a query must be. In a query the text is read as that type. */
export interface FieldRule {
  readonly type: "string" | "number" | "boolean" | "string[]" | "object" | "array" | "any";
  readonly required?: boolean;
  readonly oneOf?: readonly string[];
  readonly maxLength?: number;
  readonly min?: number;
  readonly max?: number;
  /** More about the value, as a message that follows the field's name; undefined: fine. */
  readonly check?: (value: unknown, isV3: boolean) => string | undefined;
}

/** The fields that a body or a query may have. */
export type Fields = Readonly<Record<string, FieldRule>>;

/** Whether a value is a JSON object. */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Every complaint about a value, unknown fields first, worded as GoHighLevel's validator does. */
export const checkFields = (fields: Fields, value: JsonObject, isV3: boolean): string[] => {
  const unknown = Object.keys(value)
    .filter((name) => !Object.hasOwn(fields, name))
    .map((name) => `property ${name} should not exist`);
  const wrong = Object.entries(fields).flatMap(([name, rule]) =>
    checkField(rule, value[name], isV3).map((text) => `${name}${text}`),
  );
  return [...unknown, ...wrong];
};

/**
 * Turns the texts of a query into the types that its fields have; others stay as they are. A list may
 * come as a repeated name, with or without brackets, or as one text with commas.
 */
export const readQuery = (
  fields: Fields,
  query: Readonly<Record<string, readonly string[]>>,
): JsonObject => {
  const read = new Map<string, unknown>();
  for (const [name, texts] of Object.entries(query)) {
    const bare = fields[name] === undefined ? name.replace(/\[\d*\]$/, "") : name;
    const isList = fields[bare]?.type === "string[]";
    if (isList) {
      const known = read.get(bare);
      const more = texts.flatMap((text) => text.split(","));
      read.set(bare, Array.isArray(known) ? [...(known as unknown[]), ...more] : more);
    } else {
      read.set(name, readText(fields[name]?.type, texts[0] ?? ""));
    }
  }
  return Object.fromEntries(read);
};

const readText = (type: FieldRule["type"] | undefined, text: string): unknown => {
  if (type === "number" && text.trim() !== "" && Number.isFinite(Number(text))) return Number(text);
  if (type === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
};

/** Complaints that follow the field's name. */
const checkField = (rule: FieldRule, value: unknown, isV3: boolean): string[] => {
  if (value === undefined || value === null || value === "") {
    return rule.required === true ? [" should not be empty"] : [];
  }
  if (!TYPE_CHECKS[rule.type](value)) return [` must be ${TYPE_NAMES[rule.type]}`];
  const limit = checkLimits(rule, value) ?? rule.check?.(value, isV3);
  return limit === undefined ? [] : [limit.startsWith(".") ? limit : ` ${limit}`];
};

const checkLimits = (rule: FieldRule, value: unknown): string | undefined => {
  if (typeof value === "string") {
    if (rule.oneOf !== undefined && !rule.oneOf.includes(value)) {
      return `must be one of the following values: ${rule.oneOf.join(", ")}`;
    }
    if (rule.maxLength !== undefined && value.length > rule.maxLength) {
      return `must be shorter than or equal to ${rule.maxLength} characters`;
    }
  }
  if (typeof value === "number") {
    if (rule.min !== undefined && value < rule.min) return `must not be less than ${rule.min}`;
    if (rule.max !== undefined && value > rule.max) return `must not be greater than ${rule.max}`;
  }
  return undefined;
};

const TYPE_CHECKS: Readonly<Record<FieldRule["type"], (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number" && Number.isFinite(value),
  boolean: (value) => typeof value === "boolean",
  "string[]": (value) => Array.isArray(value) && value.every((item) => typeof item === "string"),
  object: isJsonObject,
  array: Array.isArray,
  any: () => true,
};

const TYPE_NAMES: Readonly<Record<FieldRule["type"], string>> = {
  string: "a string",
  number: "a number conforming to the specified constraints",
  boolean: "a boolean value",
  "string[]": "an array of strings",
  object: "an object",
  array: "an array",
  any: "a value",
};

/** A field's text; empty where it is absent or something else. */
export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** A field's number; the fallback where it is absent or something else. */
export const numberOf = (value: unknown, fallback: number): number =>
  typeof value === "number" ? value : fallback;
