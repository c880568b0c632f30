import type { Field, Parameter, ValueType } from "../../ghl/catalog/operation.ts";
import { isJsonObject, type JsonObject } from "../gate/fields.ts";

/** Bodies that nest deeper than this are refused. */
const MAX_DEPTH = 20;

/** A field as far as it is checked; a parameter's is flat. */
export interface ValueRule {
  readonly type: ValueType;
  readonly required?: true;
  readonly nullable?: true;
  readonly binary?: true;
  readonly enum?: readonly (string | number | boolean)[];
  readonly items?: Field;
  readonly fields?: Readonly<Record<string, Field>>;
}

/** Complaints about the fields of an object, unknown ones first, as GoHighLevel words them. */
export const checkObject = (
  rules: Readonly<Record<string, ValueRule>>,
  value: JsonObject,
  prefix = "",
): string[] => [
  ...Object.keys(value)
    .filter((name) => !Object.hasOwn(rules, name))
    .map((name) => `${prefix}property ${name} should not exist`),
  ...Object.entries(rules).flatMap(([name, rule]) =>
    checkMember(rule, value[name], `${prefix}${name}`),
  ),
];

/** Complaints about one value, where it is required, of the wrong type, or not an allowed one. */
export const checkMember = (rule: ValueRule, value: unknown, path: string): string[] => {
  if (value === undefined) return rule.required === true ? [`${path} should not be empty`] : [];
  if (value === null) {
    return rule.required === true && rule.nullable !== true ? [`${path} should not be empty`] : [];
  }
  // A file is checked where the form is read; here only its name counts.
  if (rule.binary === true) return [];
  if (path.split(".").length > MAX_DEPTH) return [`${path} is nested too deeply`];
  return checkType(rule, value, path);
};

const checkType = (rule: ValueRule, value: unknown, path: string): string[] => {
  if (!TYPE_CHECKS[rule.type](value)) return [`${path} must be ${TYPE_NAMES[rule.type]}`];
  if (Array.isArray(value)) return checkList(rule, value, path);
  if (isJsonObject(value)) {
    return rule.fields === undefined ? [] : checkObject(rule.fields, value, `${path}.`);
  }
  return checkEnum(rule, value, path);
};

const checkList = (rule: ValueRule, list: readonly unknown[], path: string): string[] => {
  const { items } = rule;
  if (items !== undefined) {
    return list.flatMap((member, index) =>
      checkMember({ ...items, required: true }, member, `${path}.${index}`),
    );
  }
  return list.flatMap((member) => checkEnum(rule, member, `each value in ${path}`));
};

const checkEnum = (rule: ValueRule, value: unknown, path: string): string[] => {
  const allowed = rule.enum;
  if (allowed === undefined || allowed.some((one) => one === value)) return [];
  return [`${path} must be one of the following values: ${allowed.join(", ")}`];
};

const TYPE_CHECKS: Readonly<Record<ValueType, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number" && Number.isFinite(value),
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === "boolean",
  array: Array.isArray,
  object: isJsonObject,
  any: () => true,
};

const TYPE_NAMES: Readonly<Record<ValueType, string>> = {
  string: "a string",
  number: "a number conforming to the specified constraints",
  integer: "an integer number",
  boolean: "a boolean value",
  array: "an array",
  object: "an object",
  any: "a value",
};

/** Reads the texts that a name has in a query as the type of its parameter, as far as they go. */
export const readParameter = (
  { type, items, joined }: Pick<Parameter, "type" | "items" | "joined">,
  texts: readonly string[],
): unknown => {
  if (type !== "array") return texts.length === 1 ? readText(type, texts[0] ?? "") : texts;
  const members = joined === true ? texts.flatMap((text) => text.split(",")) : texts;
  return members.map((text) => readText(items ?? "string", text));
};

/** Reads a text of a form or a query as a type; it stays a text where it is not one. */
export const readText = (type: ValueType, text: string): unknown => {
  const isNumber = type === "number" || type === "integer";
  if (isNumber && text.trim() !== "" && Number.isFinite(Number(text))) return Number(text);
  if (type === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
};
