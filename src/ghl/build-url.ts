import { fail, ok, type Result } from "../core/result.ts";
import type { Operation, Parameter } from "./catalog/operation.ts";
import { bodyNames, missingNames, parameterNames, unknownName } from "./check-names.ts";
import { coerceScalar, type Scalar } from "./coerce-value.ts";
import type { GhlFailure } from "./errors.ts";

type Values = Readonly<Record<string, unknown>>;

interface ReadParameter {
  readonly parameter: Parameter;
  readonly values: readonly Scalar[];
}

/**
 * The URL of a call: path parameters encoded so that none can leave its segment, query parameters
 * checked and coerced. The origin is always that of `apiBaseUrl`.
 */
export const buildUrl = (
  operation: Operation,
  parameters: Values,
  apiBaseUrl: string,
): Result<string, GhlFailure> => {
  const problem = checkNames(operation, parameters);
  if (problem !== undefined) return fail(problem);
  let query: URLSearchParams | undefined;
  let path: string = operation.path;
  for (const parameter of operation.parameters) {
    const read = readParameter(parameter, parameters);
    if (!read.ok) return read;
    if (parameter.in === "path") {
      const segment = toSegment(read.value);
      if (!segment.ok) return segment;
      path = path.replace(`{${parameter.name}}`, () => segment.value);
    } else if (read.value.values.length > 0) {
      appendQuery((query ??= new URLSearchParams()), read.value);
    }
  }
  return ok(joinUrl(checkBase(operation, apiBaseUrl), path, query));
};

const isGiven = (values: Values, name: string): boolean =>
  Object.hasOwn(values, name) && values[name] !== undefined && values[name] !== null;

const checkNames = (operation: Operation, values: Values): GhlFailure | undefined => {
  const known = parameterNames(operation);
  const unknown = Object.keys(values).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    return unknownName(unknown, known, { names: bodyNames(operation), place: "body" });
  }
  const missing = operation.parameters.filter(
    ({ name, required }) => required === true && !isGiven(values, name),
  );
  return missingNames(missing, "parameter");
};

const readParameter = (parameter: Parameter, values: Values): Result<ReadParameter, GhlFailure> => {
  const { name, type, items, required } = parameter;
  if (!isGiven(values, name)) return ok({ parameter, values: [] });
  const read: Scalar[] = [];
  for (const member of toMembers(parameter, values[name])) {
    const scalar = coerceScalar(member, type === "array" ? (items ?? "any") : type);
    const problem = scalar.ok ? enumProblem(scalar.value, parameter) : scalar.failure;
    if (problem !== undefined) return fail({ kind: "invalid_parameter", parameter: name, problem });
    if (scalar.ok) read.push(scalar.value);
  }
  return required === true && read.length === 0
    ? fail({ kind: "invalid_parameter", parameter: name, problem: "must not be empty" })
    : ok({ parameter, values: read });
};

const toMembers = ({ type, in: place, joined }: Parameter, value: unknown): readonly unknown[] => {
  const isList = type === "array" || (type === "any" && place === "query");
  const members: readonly unknown[] = isList && Array.isArray(value) ? value : [value];
  // What travels as one text may be given as one. In other lists a comma is part of a member.
  return joined === true ? members.flatMap(splitText) : members;
};

const splitText = (member: unknown): readonly unknown[] =>
  typeof member === "string" ? member.split(",").map((part) => part.trim()) : [member];

const enumProblem = (value: Scalar, parameter: Parameter): string | undefined => {
  const allowed = parameter.enum?.map(String);
  return allowed === undefined || allowed.includes(String(value))
    ? undefined
    : `must be one of: ${allowed.join(", ")}`;
};

// Dots and encoded separators are refused rather than encoded: a proxy on the way may decode once
// more than the API does. Control characters have no place in an id.
const ESCAPES = /[/\\\p{Cc}]|%(?:2f|5c|2e|25|00)|^\.{1,2}$/iu;

const toSegment = ({ parameter, values }: ReadParameter): Result<string, GhlFailure> => {
  const value = String(values[0] ?? "");
  const refuse = (problem: string): Result<string, GhlFailure> =>
    fail({ kind: "invalid_parameter", parameter: parameter.name, problem });
  if (value.trim() === "") return refuse("must not be empty");
  if (ESCAPES.test(value)) return refuse("must be a plain id, without path separators or dots");
  return ok(encodeURIComponent(value));
};

const appendQuery = (query: URLSearchParams, { parameter, values }: ReadParameter): void => {
  if (parameter.joined === true) query.append(parameter.name, values.join(","));
  else for (const value of values) query.append(parameter.name, String(value));
};

const checkedBases = new WeakMap<Operation, { readonly given: string; readonly base: string }>();

/**
 * The address that the paths of an operation are joined to. That its path survives parsing is looked at once:
 * what calls put into it is encoded, and no segment of theirs is one of dots. Anything else is a bug of ours.
 */
const checkBase = (operation: Operation, given: string): string => {
  const known = checkedBases.get(operation);
  if (known?.given === given) return known.base;
  const base = given.endsWith("/") ? given.slice(0, -1) : given;
  const url = `${base}${operation.path.replaceAll(/\{[^{}]*\}/gu, "x")}`;
  if (new URL(url).href !== url) {
    throw new Error(`path "${operation.path}" does not survive URL parsing`);
  }
  checkedBases.set(operation, { given, base });
  return base;
};

const joinUrl = (base: string, path: string, query: URLSearchParams | undefined): string =>
  query === undefined ? `${base}${path}` : `${base}${path}?${query.toString()}`;
