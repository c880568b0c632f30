import type { AnswerFacts, Shape } from "../../src/sandbox/catalogue/shape.ts";
import { toObject, toStrings, type JsonObject } from "./json.ts";
import type { SpecOperation } from "./read-specs.ts";
import { flattenSchema, toEnum, toValueType } from "./shape-field.ts";

type Resolve = SpecOperation["resolve"];

/** How deep answers are described; deeper values are named by their type alone. */
const MAX_DEPTH = 5;

/** Formats that a stand-in can make a value for. */
const FORMATS: readonly string[] = ["date-time", "date", "uri", "email", "uuid"];

/** The status and the body of an operation's success, as its spec states them. */
export const shapeAnswer = ({ node, resolve }: SpecOperation): AnswerFacts => {
  const responses = toObject(node["responses"]);
  const status = Object.keys(responses).find((code) => /^2\d\d$/u.test(code));
  if (status === undefined) return { status: 200 };
  const content = toObject(toObject(responses[status])["content"]);
  const schema = toObject(toObject(content["application/json"])["schema"]);
  const shape = shapeValue(schema, resolve, 0);
  return { status: Number(status), ...(isTold(shape) && { shape }) };
};

/** An empty schema says nothing about a body. */
const isTold = (shape: Shape): boolean =>
  shape !== "any" && shape !== "object" && shape !== "array";

const shapeValue = (raw: JsonObject, resolve: Resolve, depth: number): Shape => {
  const schema = flattenSchema(raw, resolve);
  const type = toValueType(schema);
  if (type === "array") return shapeList(schema, resolve, depth);
  if (type === "object") return shapeObject(schema, resolve, depth);
  const words = toStrings(toEnum(schema));
  // Some words are declared as numbers.
  if (type !== "any" && type !== "boolean" && words.length > 0 && words.every(isWord))
    return `=${words.join("|")}`;
  const format = schema["format"];
  return typeof format === "string" && FORMATS.includes(format) ? format : type;
};

const isWord = (text: string): boolean => text !== "" && !text.includes("|");

const shapeList = (schema: JsonObject, resolve: Resolve, depth: number): Shape => {
  const items = toObject(schema["items"]);
  return depth >= MAX_DEPTH || Object.keys(items).length === 0
    ? "array"
    : [shapeValue(items, resolve, depth)];
};

const shapeObject = (schema: JsonObject, resolve: Resolve, depth: number): Shape => {
  const properties = Object.entries(toObject(schema["properties"]));
  if (depth >= MAX_DEPTH || properties.length === 0) return "object";
  return Object.fromEntries(
    properties.map(([name, value]) => [name, shapeValue(toObject(value), resolve, depth + 1)]),
  );
};
