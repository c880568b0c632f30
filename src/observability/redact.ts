import { judgeOnce } from "../core/judge-once.ts";
import type { LogFields } from "../core/logger.ts";

const SECRET = "[secret]";

/** Deeper than any line of ours; what lies below is left out rather than searched. */
const MAX_DEPTH = 8;

/** Names of fields that hold a secret, once `-`, `_` and case are gone from them. */
const SECRET_NAME = /(authorization|cookie|tokens?|secret|verifier|password|masterkeys?)$|^code$/;

/** Secrets inside running text: an `Authorization` value, and parameters of a URL or a form. */
const SECRET_IN_TEXT =
  /\b(Bearer|Basic) +[\w.~+/=-]{8,}|\b((?:[a-z_]*token|client_secret|code|code_verifier|password)=)[^&\s"']+/gi;

/** The code of a system or application error, as opposed to an authorization code. */
const ERROR_CODE = /^([A-Z][A-Z0-9_]{2,40}|[a-z]+(_[a-z]+)*)$/;

/** Blanks what looks like a credential inside a text. */
export const redactText = (text: string): string =>
  // Each form of a secret in a text has one of the two in it; most words of a log line have neither.
  text.includes(" ") || text.includes("=")
    ? text.replaceAll(
        SECRET_IN_TEXT,
        (_match, scheme: string | undefined, parameter: string | undefined) =>
          scheme === undefined ? `${parameter ?? ""}${SECRET}` : `${scheme} ${SECRET}`,
      )
    : text;

/**
 * Copies log fields with every secret blanked, at any depth: fields by their name, texts by their form.
 * The second line of defence behind `Secret`, never the first. Errors become plain objects with their
 * chain of causes; a circle is cut.
 */
export const redactFields = (fields: LogFields): Record<string, unknown> =>
  redactEntries(fields, []);

const redactEntries = (value: object, path: readonly object[]): Record<string, unknown> => {
  const redacted: Record<string, unknown> = {};
  let within: readonly object[] | undefined;
  for (const name of Object.keys(value)) {
    // Assigned, this name would be the prototype.
    if (name === "__proto__") continue;
    const inner = (value as Readonly<Record<string, unknown>>)[name];
    redacted[name] =
      typeof inner === "number" && !isSecretName(name)
        ? inner
        : redactEntry(name, inner, (within ??= [...path, value]));
  }
  return redacted;
};

const redactEntry = (name: string, value: unknown, path: readonly object[]): unknown =>
  // whether there is a secret is no secret
  isSecretName(name) && value !== undefined && typeof value !== "boolean"
    ? SECRET
    : redactValue(value, path);

/** The names that lines of ours have are few. */
const isSecretName = judgeOnce(
  (name) => SECRET_NAME.test(name.toLowerCase().replaceAll(/[-_]/g, "")),
  1_000,
);

const redactValue = (value: unknown, path: readonly object[]): unknown => {
  if (typeof value === "string") return redactText(value);
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (path.includes(value)) return "[circle]";
  if (path.length >= MAX_DEPTH) return "[deep]";
  return redactObject(value, path);
};

const redactObject = (value: object, path: readonly object[]): unknown => {
  if (value instanceof Error) return redactError(value, path);
  if (Array.isArray(value)) return value.map((item) => redactValue(item, [...path, value]));
  if (value instanceof Map || value instanceof URLSearchParams || value instanceof Headers) {
    return redactEntries(Object.fromEntries(value), [...path, value]);
  }
  if (value instanceof Set) return redactValue([...value], [...path, value]);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if ("toJSON" in value && typeof value.toJSON === "function") {
    return redactValue(value.toJSON(), [...path, value]);
  }
  return redactEntries(value, path);
};

const redactError = (error: Error, path: readonly object[]): Record<string, unknown> => {
  const within = [...path, error];
  return {
    type: error.name,
    message: redactText(error.message),
    ...("code" in error && ERROR_CODE.test(String(error.code)) && { code: error.code }),
    ...(error.stack !== undefined && { stack: redactText(error.stack) }),
    ...(error.cause !== undefined && { cause: redactValue(error.cause, within) }),
    ...(error instanceof AggregateError && { errors: redactValue(error.errors, within) }),
  };
};
