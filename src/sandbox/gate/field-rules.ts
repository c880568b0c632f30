import type { FieldRule, Fields } from "./fields.ts";

const TYPES: Readonly<Record<string, FieldRule["type"]>> = {
  string: "string",
  number: "number",
  boolean: "boolean",
  strings: "string[]",
  object: "object",
  array: "array",
  any: "any",
};

const RULE = /^([a-z]+)(!?)(?:\{(.+)\})?$/;

/**
 * Reads `"name:string! limit:number tags:strings status:string{open|won}"` as field rules: `!` marks a
 * required field, braces the only values of a text.
 */
export const toFieldRules = (text: string): Fields =>
  Object.fromEntries(
    text
      .trim()
      .split(/\s+/)
      .map((part) => {
        const [name = "", rule = ""] = part.split(":");
        const [, typeName = "", mark = "", values] = RULE.exec(rule) ?? [];
        const type = TYPES[typeName];
        if (type === undefined) throw new Error(`unknown field type in "${part}"`);
        const oneOf = values === undefined ? {} : { oneOf: values.split("|") };
        return [name, { type, ...oneOf, ...(mark === "!" ? { required: true } : {}) }];
      }),
  );
