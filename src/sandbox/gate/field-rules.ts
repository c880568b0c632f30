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

/** Reads `"name:string! limit:number tags:strings"` as field rules; `!` marks a required field. */
export const toFieldRules = (text: string): Fields =>
  Object.fromEntries(
    text
      .trim()
      .split(/\s+/)
      .map((part) => {
        const [name = "", typeName = ""] = part.split(":");
        const type = TYPES[typeName.replace("!", "")];
        if (type === undefined) throw new Error(`unknown field type in "${part}"`);
        return [name, { type, ...(typeName.endsWith("!") ? { required: true } : {}) }];
      }),
  );
