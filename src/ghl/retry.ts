import type { AccessLevel } from "../core/access.ts";
import type { Method } from "./catalog/operation.ts";
import type { GhlFailure } from "./errors.ts";

/** Everything that decides whether a failed attempt is followed by another. */
export interface FailedAttempt {
  readonly failure: GhlFailure;
  readonly operation: {
    readonly method: Method;
    readonly class: AccessLevel;
    readonly path: string;
  };
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** Since the call began. */
  readonly elapsedMs: number;
  /** What the whole call may take. */
  readonly deadlineMs: number;
  /** From 0 up to, not including, 1. */
  readonly jitter: number;
}

/** What to do about a failed attempt. */
export type RetryDecision =
  | { readonly kind: "wait"; readonly waitMs: number }
  | { readonly kind: "give_up" };

/** No call is sent more often than this, whatever time it has left. */
const MAX_ATTEMPTS = 5;

const FIRST_BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 8_000;
/** Spreads those who were all told the same time to come back at. */
const SPREAD_MS = 500;
/** The least time in which another attempt can have an answer. */
const WORTHWHILE_MS = 100;

const GIVE_UP: RetryDecision = { kind: "give_up" };

/**
 * Decides whether to send a call again, and when. Pure. A 429 was refused at the door, so every call
 * may come back after it, at the time that GoHighLevel names or after a growing random wait ("full
 * jitter"). After a 5xx, a timeout or a cut connection nobody knows whether the call had its effect:
 * only calls that may safely happen twice are repeated. A connection that was never made carried
 * nothing, so that any call may try again.
 */
export const decideRetry = (given: FailedAttempt): RetryDecision => {
  const { failure, attempt, elapsedMs, deadlineMs, jitter } = given;
  if (attempt >= MAX_ATTEMPTS || !mayRepeat(failure, given.operation)) return GIVE_UP;
  const hintMs = failure.kind === "rate_limited" ? failure.retryAfterMs : undefined;
  const waitMs =
    hintMs === undefined
      ? jitter * Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** attempt)
      : hintMs + jitter * SPREAD_MS;
  if (elapsedMs + waitMs + WORTHWHILE_MS > deadlineMs) return GIVE_UP;
  return { kind: "wait", waitMs: Math.ceil(waitMs) };
};

/**
 * What a failure says of its call: `untouched`, it had no effect; `unknown`, it may have had one;
 * `settled`, the same call would fail again.
 */
const EFFECTS = {
  rate_limited: "untouched",
  upstream_error: "unknown",
  timeout: "unknown",
  unreachable: "unknown",
  unknown_operation: "settled",
  invalid_parameter: "settled",
  location_required: "settled",
  token: "settled",
  token_rejected: "settled",
  missing_scope: "settled",
  wrong_token_class: "settled",
  version_rejected: "settled",
  route_unsupported: "settled",
  location_forbidden: "settled",
  duplicate_contact: "settled",
  bad_request: "settled",
  not_found: "settled",
  blocked: "settled",
  malformed_answer: "settled",
  aborted: "settled",
} as const satisfies Readonly<Record<GhlFailure["kind"], "untouched" | "unknown" | "settled">>;

const mayRepeat = (failure: GhlFailure, operation: FailedAttempt["operation"]): boolean => {
  switch (effectOf(failure)) {
    case "untouched":
      return true;
    case "unknown":
      return isRepeatable(operation);
    case "settled":
      return false;
  }
};

const effectOf = (failure: GhlFailure): "untouched" | "unknown" | "settled" => {
  if (failure.kind === "unreachable" && neverConnected(failure.cause)) return "untouched";
  // 501 and 505 say what will never work.
  const isFinal = failure.kind === "upstream_error" && [501, 505].includes(failure.status);
  return isFinal ? "settled" : EFFECTS[failure.kind];
};

/**
 * Whether a call does no more when it happens twice. What only reads, by its class and not by its
 * method: a search by POST does, a GET that begins connecting an account does not. And a PUT to a
 * record's own address (RFC 9110 §9.2.2); GoHighLevel also creates by PUT, to the address of a
 * collection. Critical operations never: a delete whose answer was lost would come back as not found.
 */
export const isRepeatable = ({ method, class: level, path }: FailedAttempt["operation"]): boolean =>
  level === "read" || (level === "write" && method === "PUT" && path.endsWith("}"));

const CONNECT_CODES: ReadonlySet<unknown> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** Whether a network error says that no connection came about, so that nothing was sent. */
const neverConnected = (cause: unknown): boolean =>
  typeof cause === "object" && cause !== null && "code" in cause && CONNECT_CODES.has(cause.code);
