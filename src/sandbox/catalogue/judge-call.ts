import type { Field } from "../../ghl/catalog/operation.ts";
import { isJsonObject, type JsonObject } from "../gate/fields.ts";
import { type Refusal, refuse } from "../gate/outcome.ts";
import type { OperationCall, SentBody } from "./call.ts";
import { checkLocation } from "./check-location.ts";
import { checkMember, checkObject, readParameter, readText } from "./check-value.ts";
import type { OperationFacts } from "./read-catalogue.ts";

const WRONG_CLASS =
  "This authClass type is not allowed to access this scope. Please reach out to the Developer Support team.";

/** The most bytes that the files of one form may have. */
export const MAX_UPLOAD_BYTES = 26_214_400;

/** What the catalogue asks of a request, in the order in which GoHighLevel asks it. */
const CHECKS: readonly ((call: OperationCall) => Refusal | undefined)[] = [
  ({ facts, caller }) => (admits(facts, caller.kind) ? undefined : refuse(401, WRONG_CLASS)),
  ({ facts, caller }) =>
    caller.scopes === "all" || facts.scopes.every((scope) => caller.scopes.includes(scope))
      ? undefined
      : refuse(401, "The token is not authorized for this scope."),
  checkLocation,
  ({ facts, query }) => toRefusal(checkQuery(facts, query)),
  ({ facts, params }) => toRefusal(checkPath(facts, params)),
  ({ facts, body }) => checkContentType(facts, body),
  ({ facts, body }) => checkFiles(facts, body),
  ({ facts, body }) => toRefusal(checkBody(facts, body)),
];

/**
 * The first thing that the catalogue has against a request; undefined: it may be answered. Reads the
 * request on its own: a mistake of the client in building it must show here.
 */
export const judgeCall = (call: OperationCall): Refusal | undefined => {
  for (const check of CHECKS) {
    const refusal = check(call);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
};

const admits = (
  { tokenClass, oauthOnly }: OperationFacts,
  kind: OperationCall["caller"]["kind"],
): boolean => {
  if (oauthOnly === true && kind === "private") return false;
  if (tokenClass === "either") return true;
  return (tokenClass === "company") === (kind === "company");
};

const toRefusal = (complaints: readonly string[]): Refusal | undefined =>
  complaints.length === 0 ? undefined : refuse(422, complaints);

const checkQuery = (facts: OperationFacts, query: OperationCall["query"]): string[] => {
  const known = facts.parameters.filter((one) => one.in === "query");
  const unknown = Object.keys(query)
    .filter((name) => !known.some((one) => one.name === name))
    .map((name) => `property ${name} should not exist`);
  const wrong = known.flatMap(({ items, ...rule }) => {
    const texts = query[rule.name];
    // An empty text is a value: several cursors must be sent empty for the first page.
    const value =
      texts === undefined
        ? undefined
        : readParameter({ ...rule, ...(items !== undefined && { items }) }, texts);
    const members = items === undefined ? {} : { items: toMember(rule, items) };
    return checkMember({ ...rule, ...members }, value, rule.name);
  });
  return [...unknown, ...wrong];
};

/** The words that a listing parameter allows are those of its members. */
const toMember = (rule: { readonly enum?: Field["enum"] }, type: Field["type"]): Field => ({
  type,
  ...(rule.enum !== undefined && { enum: rule.enum }),
});

const checkPath = (facts: OperationFacts, params: OperationCall["params"]): string[] =>
  facts.parameters
    .filter((one) => one.in === "path")
    .flatMap(({ items: _items, ...rule }) =>
      checkMember(rule, readText(rule.type, params[rule.name] ?? ""), rule.name),
    );

const checkContentType = ({ body: asked }: OperationFacts, sent: SentBody): Refusal | undefined => {
  const { contentType } = sent;
  if (contentType === undefined || asked === undefined) return undefined;
  return contentType === asked.contentType ? undefined : refuse(415, "Unsupported Media Type");
};

const takesFile = ({ binary, items }: Field): boolean => binary === true || items?.binary === true;

const checkFiles = ({ body, upload }: OperationFacts, sent: SentBody): Refusal | undefined => {
  const { files } = sent;
  const size = files.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
  if (size > MAX_UPLOAD_BYTES) return refuse(413, "File too large");
  const fileFields = Object.entries(body?.fields ?? {}).filter(([, field]) => takesFile(field));
  // Uploads for custom fields name their files by ids, which no spec can list.
  const isNamed = fileFields.length > 0;
  const stray = files.find(({ field }) => isNamed && !fileFields.some(([name]) => name === field));
  if (stray !== undefined) return refuse(400, `Unexpected field - ${stray.field}`);
  const isLacking = isNamed
    ? fileFields.some(([name, { required }]) => required === true && !has(files, name))
    : upload === true && files.length === 0;
  return isLacking ? refuse(400, "File is required") : undefined;
};

const has = (files: SentBody["files"], name: string): boolean =>
  files.some(({ field }) => field === name);

const checkBody = ({ body: asked }: OperationFacts, sent: SentBody): string[] => {
  const { value } = sent;
  if (asked === undefined) {
    return isJsonObject(value) ? checkObject({}, value) : [];
  }
  if (asked.items !== undefined) {
    return checkMember({ type: "array", required: true, items: asked.items }, value, "body");
  }
  if (asked.fields === undefined)
    return isJsonObject(value ?? {}) ? [] : ["body must be an object"];
  if (value === undefined && asked.required !== true) return [];
  if (!isJsonObject(value ?? {})) return ["body must be an object"];
  const given = isJsonObject(value) ? value : {};
  return checkObject(withoutFiles(asked.fields), readForm(asked.fields, sent, given));
};

const withoutFiles = (fields: Readonly<Record<string, Field>>): Readonly<Record<string, Field>> =>
  Object.fromEntries(Object.entries(fields).filter(([, field]) => !takesFile(field)));

/** Gives the texts of a form the types of its fields. */
const readForm = (
  fields: Readonly<Record<string, Field>>,
  { contentType }: SentBody,
  given: JsonObject,
): JsonObject => {
  if (contentType === "application/json") return given;
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, readFormValue(fields[name], value)]),
  );
};

const readFormValue = (field: Field | undefined, value: unknown): unknown => {
  if (field?.type !== "array")
    return typeof value === "string" && field ? readText(field.type, value) : value;
  const members: readonly unknown[] = Array.isArray(value) ? value : [value];
  const type = field.items?.type ?? "string";
  return members.map((one) => (typeof one === "string" ? readText(type, one) : one));
};
