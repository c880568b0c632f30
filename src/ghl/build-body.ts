import { fail, ok, type Result } from "../core/result.ts";
import type { Body, Field, Operation } from "./catalog/operation.ts";
import { bodyNames, missingNames, parameterNames, unknownName } from "./check-names.ts";
import { alignBody, alignFields, isPlainObject } from "./coerce-value.ts";
import type { GhlFailure } from "./errors.ts";

type Values = Readonly<Record<string, unknown>>;

/** A body ready to be sent. A form with files brings its own content type. */
export interface EncodedBody {
  readonly contentType?: string;
  readonly content: string | FormData;
}

const refuse = (parameter: string, problem: string): Result<never, GhlFailure> =>
  fail({ kind: "invalid_parameter", parameter, problem });

/**
 * Checks a body against the catalogue and encodes it; undefined when there is nothing to send.
 * GoHighLevel refuses unknown fields, so these are refused here by name first.
 */
export const buildBody = (
  operation: Operation,
  given: unknown,
): Result<EncodedBody | undefined, GhlFailure> => {
  const { body } = operation;
  if (body === undefined) {
    const empty = given === undefined || (isPlainObject(given) && Object.keys(given).length === 0);
    return empty ? ok(undefined) : refuse("body", "is not taken by this operation");
  }
  if (given === undefined && body.required !== true) return ok(undefined);
  if (body.items !== undefined) return encodeList(given, body.items, body);
  const values = given ?? {};
  if (!isPlainObject(values)) return refuse("body", "must be an object with named fields");
  const problem = checkFields(operation, values);
  return problem === undefined ? encodeObject(values, body) : fail(problem);
};

const encodeList = (
  given: unknown,
  items: Field,
  body: Body,
): Result<EncodedBody | undefined, GhlFailure> => {
  if (!Array.isArray(given)) return refuse("body", "must be a list");
  const content = JSON.stringify(given.map((member) => alignBody(member, items)));
  return ok({ contentType: body.contentType, content });
};

const checkFields = (operation: Operation, values: Values): GhlFailure | undefined => {
  const fields = operation.body?.fields;
  if (fields === undefined) return undefined;
  const known = bodyNames(operation);
  // Some uploads name their file fields by ids, which no spec can list.
  const takesAnyFile = operation.upload && !Object.values(fields).some(takesFile);
  const unknown = Object.keys(values).find(
    (name) => !known.includes(name) && !(takesAnyFile && values[name] instanceof Blob),
  );
  if (unknown !== undefined) {
    return unknownName(unknown, known, { names: parameterNames(operation), place: "parameters" });
  }
  const missing = Object.entries(fields)
    .filter(([name, field]) => field.required === true && values[name] === undefined)
    .map(([name, { type }]) => ({ name, type }));
  return missingNames(missing, "body field");
};

const takesFile = ({ binary, items }: Field): boolean => binary === true || items?.binary === true;

const encodeObject = (values: Values, body: Body): Result<EncodedBody, GhlFailure> => {
  const aligned = alignFields(values, body.fields ?? {});
  switch (body.contentType) {
    case "application/json":
      return ok({ contentType: body.contentType, content: JSON.stringify(aligned) });
    case "application/x-www-form-urlencoded":
      return encodeForm(aligned);
    case "multipart/form-data":
      return encodeMultipart(aligned);
  }
};

const members = (values: Values): readonly (readonly [string, unknown])[] =>
  Object.entries(values)
    .flatMap(([name, value]): (readonly [string, unknown])[] =>
      Array.isArray(value) ? value.map((member: unknown) => [name, member]) : [[name, value]],
    )
    .filter(([, value]) => value !== undefined && value !== null);

const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean";

const encodeForm = (values: Values): Result<EncodedBody, GhlFailure> => {
  const form = new URLSearchParams();
  for (const [name, value] of members(values)) {
    if (!isScalar(value)) return refuse(name, "must be a string, a number or a boolean");
    form.append(name, String(value));
  }
  return ok({ contentType: "application/x-www-form-urlencoded", content: form.toString() });
};

const encodeMultipart = (values: Values): Result<EncodedBody, GhlFailure> => {
  const form = new FormData();
  for (const [name, value] of members(values)) {
    if (value instanceof Blob) form.append(name, value);
    else if (isScalar(value)) form.append(name, String(value));
    else return refuse(name, "must be a file, a string, a number or a boolean");
  }
  return ok({ content: form });
};
