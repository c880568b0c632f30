import type { GhlFailure } from "./errors.ts";
import { toEvidence } from "./evidence.ts";
import { isPlainObject } from "./coerce-value.ts";

type Headers = Readonly<Record<string, string>>;

/** What is known of a refusal, read once for all rules. */
interface Refusal {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Readonly<Record<string, unknown>>;
  readonly messages: readonly string[];
  readonly text: string;
}

interface Rule {
  readonly applies: (refusal: Refusal) => boolean;
  readonly failure: (refusal: Refusal) => GhlFailure;
}

const MAX_MESSAGES = 10;
const MAX_MESSAGE_LENGTH = 300;

const says =
  (pattern: RegExp, statuses: readonly number[]) =>
  ({ status, text }: Refusal): boolean =>
    statuses.includes(status) && pattern.test(text);

/**
 * The kinds of refusal in the order in which they are tried (gohighlevel.md §4.7). GoHighLevel tells
 * most of them apart by their sentence alone, so the patterns are loose about wording and strict about
 * status.
 */
const RULES: readonly Rule[] = [
  {
    applies: ({ status }) => status === 429,
    failure: ({ headers }) => {
      const retryAfterMs = toRetryAfterMs(headers);
      return { kind: "rate_limited", ...(retryAfterMs !== undefined && { retryAfterMs }) };
    },
  },
  {
    applies: ({ status }) => status >= 500,
    failure: ({ status }) => ({ kind: "upstream_error", status }),
  },
  {
    applies: ({ status }) => status < 400,
    failure: ({ status }) => ({ kind: "malformed_answer", status }),
  },
  { applies: ({ status }) => status === 404, failure: () => ({ kind: "not_found" }) },
  {
    applies: ({ headers, text }) => isHtml(headers, text),
    failure: ({ status }) => ({ kind: "blocked", status }),
  },
  {
    applies: says(/not yet supported by the iam service/iu, [401, 403]),
    failure: () => ({ kind: "route_unsupported" }),
  },
  {
    applies: says(/version header (?:was not found|is invalid)|removed in version/iu, [400, 401]),
    failure: () => ({ kind: "version_rejected" }),
  },
  {
    applies: says(/not authorized for this scope/iu, [401, 403]),
    failure: () => ({ kind: "missing_scope", scopes: [] }),
  },
  {
    applies: says(/authclass type is not allowed|user type mismatch/iu, [401, 403]),
    failure: () => ({ kind: "wrong_token_class" }),
  },
  {
    applies: says(/does not have access to this location/iu, [401, 403]),
    failure: () => ({ kind: "location_forbidden" }),
  },
  {
    // Only these say that the token itself is no longer good. A refresh over any other 401 would burn
    // single-use refresh tokens in a loop.
    applies: says(
      /invalid jwt|jwt (?:is )?expired|expired jwt|invalid private integration token|(?:invalid|expired) (?:access )?token|(?:access )?token (?:is |has )?(?:invalid|expired)/iu,
      [401],
    ),
    failure: () => ({ kind: "token_rejected" }),
  },
  {
    applies: says(/does not allow duplicated contacts/iu, [400, 409, 422]),
    failure: ({ json }) => toDuplicate(json),
  },
];

/**
 * Says why GoHighLevel refused a call. Pure. Survives HTML, empty bodies and anything that is no
 * JSON. The messages of `bad_request` are upstream text, cut and cleaned: evidence, never an
 * instruction.
 */
export const classifyGhlFailure = (status: number, headers: Headers, body: string): GhlFailure => {
  const parsed = parseObject(body);
  const json = parsed ?? {};
  const messages = toMessages(json);
  // Of a JSON answer only the messages count: other fields may echo what a person wrote.
  const text = parsed === undefined ? body.slice(0, 2000) : messages.join("\n");
  const refusal: Refusal = { status, headers, json, messages, text };
  const rule = RULES.find(({ applies }) => applies(refusal));
  return rule?.failure(refusal) ?? { kind: "bad_request", status, messages };
};

const parseObject = (body: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(body);
    return isPlainObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};

// The dated versions answer {message}, with a list of messages for 422; v3 answers {error: {message,
// details}}, where the details are a list or hold one as `errors`, and `error` alone can be a word such as "Unauthorized".
const toMessages = (json: Readonly<Record<string, unknown>>): readonly string[] => {
  const { message, error } = json;
  const envelope = isPlainObject(error) ? error : {};
  const { details } = envelope;
  const found = [
    ...texts(message),
    ...texts(envelope["message"]),
    ...texts(details),
    ...(isPlainObject(details) ? texts(details["errors"]) : []),
  ];
  return (found.length > 0 ? found : texts(error))
    .slice(0, MAX_MESSAGES)
    .map((text) => toEvidence(text, MAX_MESSAGE_LENGTH))
    .filter((text) => text !== "");
};

const texts = (value: unknown): readonly string[] => {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.slice(0, MAX_MESSAGES).flatMap((one) => memberText(one));
  return [];
};

const memberText = (value: unknown): readonly string[] => {
  if (typeof value === "string") return [value];
  if (!isPlainObject(value)) return [];
  const { field, message } = value;
  if (typeof message !== "string") return [];
  return [typeof field === "string" ? `${field}: ${message}` : message];
};

const isHtml = (headers: Headers, text: string): boolean =>
  headers["content-type"]?.toLowerCase().includes("text/html") === true ||
  /^\s*<(?:!doctype|html)/iu.test(text);

const MAX_RETRY_AFTER_SECONDS = 86_400;

// Retry-After is not documented; the interval of the rate limit is. A date form is left out: its
// reading would need the time.
const toRetryAfterMs = (headers: Headers): number | undefined => {
  const seconds = toWholeNumber(headers["retry-after"]);
  if (seconds !== undefined) return Math.min(seconds, MAX_RETRY_AFTER_SECONDS) * 1000;
  return toWholeNumber(headers["x-ratelimit-interval-milliseconds"]);
};

const toWholeNumber = (value: string | undefined): number | undefined =>
  value !== undefined && /^\d{1,9}$/u.test(value.trim()) ? Number(value) : undefined;

const toDuplicate = (json: Readonly<Record<string, unknown>>): GhlFailure => {
  const { meta, error } = json;
  const details = isPlainObject(meta) ? meta : nestedMeta(error);
  const contactId = toId(details["contactId"]);
  const matchingField = toId(details["matchingField"]);
  return {
    kind: "duplicate_contact",
    ...(contactId !== undefined && { contactId }),
    ...(matchingField !== undefined && { matchingField }),
  };
};

const nestedMeta = (error: unknown): Readonly<Record<string, unknown>> => {
  if (!isPlainObject(error)) return {};
  return [error["meta"], error["details"]].find(isPlainObject) ?? {};
};

const toId = (value: unknown): string | undefined =>
  typeof value === "string" && /^[\w.-]{1,64}$/u.test(value) ? value : undefined;
