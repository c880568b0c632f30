import type { Result } from "../core/result.ts";
import { fail, ok } from "../core/result.ts";
import type { Field, Operation } from "../ghl/catalog/operation.ts";
import { bodyNames, parameterNames, unknownName } from "../ghl/check-names.ts";
import { coerceScalar, isPlainObject } from "../ghl/coerce-value.ts";
import type { GhlFailure } from "../ghl/errors.ts";

/** One `name=value` of the command line. */
export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** What a call is made with. */
export interface CallArguments {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

interface Given {
  /** `--param`, in their order. */
  readonly params: readonly NamedText[];
  /** `--body`, parsed. */
  readonly body?: unknown;
  /** `--file`: the files by the field that carries them. */
  readonly files: readonly { readonly name: string; readonly file: File }[];
}

/**
 * Sorts what was given into the parameters and the body of an operation, each value by the type that
 * the catalogue names: a repeated name is a list, a value of an object or a list may be JSON. Pure.
 * Fails with the name that is wrong and what would be right.
 */
export const toCallArguments = (
  operation: Operation,
  { params, body, files }: Given,
): Result<CallArguments, GhlFailure> => {
  const fields = operation.body?.fields ?? {};
  const parameters: Record<string, unknown> = {};
  const named: Record<string, unknown> = {};
  for (const [name, texts] of group(params)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (parameterNames(operation).includes(name)) {
      parameters[name] = texts.length === 1 ? texts[0] : texts;
    } else if (field !== undefined) {
      const value = readField(field, texts);
      if (!value.ok) {
        return fail({ kind: "invalid_parameter", parameter: name, problem: value.failure });
      }
      named[name] = value.value;
    } else {
      const known = [...parameterNames(operation), ...bodyNames(operation)];
      return fail(unknownName(name, known));
    }
  }
  for (const [name, all] of groupFiles(files)) named[name] = all.length === 1 ? all[0] : all;
  return withBody(parameters, body, named);
};

const withBody = (
  parameters: CallArguments["parameters"],
  body: unknown,
  named: Readonly<Record<string, unknown>>,
): Result<CallArguments, GhlFailure> => {
  if (Object.keys(named).length === 0) {
    return ok({ parameters, ...(body !== undefined && { body }) });
  }
  if (body !== undefined && !isPlainObject(body)) {
    const problem = "is no object, so that no field can be added to it with --param or --file";
    return fail({ kind: "invalid_parameter", parameter: "body", problem });
  }
  return ok({ parameters, body: { ...body, ...named } });
};

const group = (params: readonly NamedText[]): ReadonlyMap<string, readonly string[]> => {
  const grouped = new Map<string, string[]>();
  for (const { name, text } of params) grouped.set(name, [...(grouped.get(name) ?? []), text]);
  return grouped;
};

const groupFiles = (files: Given["files"]): ReadonlyMap<string, readonly File[]> => {
  const grouped = new Map<string, File[]>();
  for (const { name, file } of files) grouped.set(name, [...(grouped.get(name) ?? []), file]);
  return grouped;
};

const readField = (field: Field, texts: readonly string[]): Result<unknown, string> => {
  const [first = "", ...others] = texts;
  if (field.type === "array") return readList(field, texts);
  if (others.length > 0) return fail("is given more than once and takes one value");
  return readValue(field, first);
};

const readList = (field: Field, texts: readonly string[]): Result<unknown, string> => {
  const [first = "", ...others] = texts;
  if (others.length === 0 && first.trimStart().startsWith("[")) return readJson(first, "a list");
  const members: unknown[] = [];
  for (const text of texts) {
    const member = readValue(field.items ?? { type: "any" }, text);
    if (!member.ok) return member;
    members.push(member.value);
  }
  return ok(members);
};

const readValue = (field: Field, text: string): Result<unknown, string> => {
  if (field.binary === true) return fail("is a file; give it as --file name=@path");
  if (text === "null" && field.nullable === true) return ok(null);
  if (field.type === "object") return readObject(field, text);
  const scalar = coerceScalar(text, field.type);
  if (!scalar.ok || field.enum === undefined) return scalar;
  const allowed = field.enum.map(String);
  return allowed.includes(text) ? scalar : fail(`must be one of: ${allowed.join(", ")}`);
};

// The specs declare values of custom fields as objects; text that is no JSON is taken as it is there.
const readObject = (field: Field, text: string): Result<unknown, string> =>
  field.fields === undefined && !/^\s*[[{]/u.test(text) ? ok(text) : readJson(text, "an object");

const readJson = (text: string, what: string): Result<unknown, string> => {
  try {
    return ok(JSON.parse(text) as unknown);
  } catch (error) {
    if (error instanceof SyntaxError) return fail(`must be ${what} as JSON`);
    throw error;
  }
};
