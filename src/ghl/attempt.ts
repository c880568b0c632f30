import type { Clock } from "../core/clock.ts";
import type { HttpClient, HttpFailure, HttpResponse } from "../core/http-client.ts";
import type { Logger } from "../core/logger.ts";
import type { Metrics } from "../core/metrics.ts";
import type { UsageMeter } from "../core/usage.ts";
import { silentTracing, type Tracing } from "../core/tracing.ts";
import { fail, type Result } from "../core/result.ts";
import type { GhlAnswer, GhlCall } from "./call.ts";
import type { Operation } from "./catalog/operation.ts";
import type { GhlFailure } from "./errors.ts";
import type { Budget, Governor, Slot } from "./governor.ts";
import type { AccessToken, TokenRequest, TokenSource } from "./ports.ts";
import { readAnswer } from "./read-answer.ts";
import { readRateHeaders } from "./read-rate-headers.ts";
import type { GhlRequest } from "./request.ts";
import { isRepeatable } from "./retry.ts";
import { toUsedCall } from "./used-call.ts";

/** What one attempt works with. */
export interface AttemptDeps {
  readonly tokens: TokenSource;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly log: Logger;
  readonly governor: Governor;
  /** Counts what is sent, and what is not. Absent: nobody does. */
  readonly metrics?: Pick<Metrics, "upstreamCall">;
  /** Counts per connection and location what is sent, and what is held back. Absent: nobody does. */
  readonly usage?: UsageMeter;
  /** Follows what is sent. Absent: nobody does. */
  readonly tracing?: Tracing;
}

/** One call on its way: everything that does not change between two attempts. */
export interface Journey {
  readonly operation: Operation;
  readonly call: GhlCall;
  readonly request: GhlRequest;
  readonly tokenRequest: TokenRequest;
  readonly startedAtMs: number;
  readonly deadlineMs: number;
}

type Answer = Result<GhlAnswer, GhlFailure>;

/**
 * The longest one attempt may take where another may follow. What is sent only once gets all the time
 * that the call has left.
 */
const REPEATABLE_TIMEOUT_MS = 15_000;
const MAX_BYTES = 10 * 1024 * 1024;

/**
 * Sends a call once: with a token, and a slot from the governor. A token that GoHighLevel calls invalid
 * or expired is replaced once and the call repeated once, which is safe for writes too because the
 * first attempt was refused at the door.
 */
export const attemptCall = async (deps: AttemptDeps, journey: Journey): Promise<Answer> => {
  const { operation, tokenRequest } = journey;
  const token = await deps.tokens.getToken(tokenRequest);
  if (!token.ok) return fail({ kind: "token", failure: token.failure });
  if (operation.oauthOnly && token.value.kind === "private") {
    const needed = tokenRequest.tokenClass;
    return fail({ kind: "token", failure: { kind: "wrong_token_class", needed, have: "private" } });
  }
  const first = await send(deps, journey, token.value);
  if (first.ok || first.failure.kind !== "token_rejected") return first;
  const newer = await deps.tokens.replaceToken(tokenRequest, token.value);
  if (!newer.ok) return fail({ kind: "token", failure: newer.failure });
  return send(deps, journey, newer.value);
};

const send = async (deps: AttemptDeps, journey: Journey, token: AccessToken): Promise<Answer> => {
  const { call, operation, startedAtMs, deadlineMs } = journey;
  const slot = await deps.governor.acquire({
    budget: toBudget(journey.tokenRequest),
    fairnessKey: call.fairnessKey ?? "",
    deadlineAtMs: startedAtMs + deadlineMs,
    ...(call.signal !== undefined && { signal: call.signal }),
  });
  if (!slot.ok) {
    if (slot.failure.kind === "rate_limited") {
      deps.metrics?.upstreamCall({ app: operation.app, outcome: "held_back" });
      deps.usage?.count(toUsedCall(journey, "held_back"));
    }
    return slot;
  }
  const { tracing = silentTracing } = deps;
  const attributes = { "ghl.operation": operation.id, "http.request.method": operation.method };
  return tracing.inSpan({ name: operation.id, kind: "client", attributes }, async (span) => {
    const answer = await sendNow(deps, journey, { token, slot: slot.value });
    if (!answer.ok) span.fail(answer.failure.kind);
    return answer;
  });
};

/** Sends in a slot, and says how it went. */
const sendNow = async (
  deps: AttemptDeps,
  journey: Journey,
  { token, slot }: { readonly token: AccessToken; readonly slot: Slot },
): Promise<Answer> => {
  const { operation } = journey;
  const sentAtMs = deps.clock.nowMs();
  const { closedForMs, response } = await exchange(deps, { journey, token, slot, sentAtMs });
  const answer = response.ok ? await readAnswer(response.value) : fail(toFailure(response.failure));
  const durationMs = deps.clock.nowMs() - sentAtMs;
  const outcome = answer.ok ? "ok" : answer.failure.kind;
  deps.metrics?.upstreamCall({ app: operation.app, outcome, durationMs });
  deps.usage?.count(toUsedCall(journey, outcome));
  deps.log.debug("called GoHighLevel", {
    operation: operation.id,
    version: operation.version,
    outcome: answer.ok ? answer.value.status : outcome,
    durationMs,
  });
  return answer.ok ? answer : fail(addEvidence(answer.failure, journey, closedForMs));
};

/** Sends the request, and gives the slot back whatever happens. */
const exchange = async (
  { http, clock }: AttemptDeps,
  given: {
    readonly journey: Journey;
    readonly token: AccessToken;
    readonly slot: Slot;
    readonly sentAtMs: number;
  },
): Promise<{
  readonly closedForMs: number;
  readonly response: Result<HttpResponse, HttpFailure>;
}> => {
  const { operation, call, request, startedAtMs, deadlineMs } = given.journey;
  const leftMs = Math.max(1, startedAtMs + deadlineMs - given.sentAtMs);
  let response: Result<HttpResponse, HttpFailure> | undefined;
  try {
    response = await http.send({
      ...request,
      headers: { ...request.headers, authorization: `Bearer ${given.token.token.reveal()}` },
      ...(call.signal !== undefined && { signal: call.signal }),
      timeoutMs: isRepeatable(operation) ? Math.min(leftMs, REPEATABLE_TIMEOUT_MS) : leftMs,
      maxBytes: MAX_BYTES,
    });
  } finally {
    if (response === undefined) given.slot.release({ refused: false });
  }
  const report = response.ok
    ? readRateHeaders(response.value.status, response.value.headers, clock.nowMs())
    : { refused: false };
  return { ...given.slot.release(report), response };
};

const toBudget = ({ tokenClass, locationId, connectionId }: TokenRequest): Budget =>
  tokenClass === "location" && locationId !== undefined
    ? { kind: "location", id: locationId }
    : { kind: "company", id: connectionId };

const toFailure = (failure: HttpFailure): GhlFailure => {
  switch (failure.kind) {
    case "timeout":
    case "aborted":
    case "unreachable":
      return failure;
    case "too_large":
      return { kind: "malformed_answer", status: 0, maxBytes: failure.maxBytes };
  }
};

/** Adds what GoHighLevel leaves out and the catalogue, the call and the governor know. */
const addEvidence = (
  failure: GhlFailure,
  { operation, call }: Journey,
  closedForMs: number,
): GhlFailure => {
  if (failure.kind === "missing_scope") return { ...failure, scopes: operation.scopes };
  if (failure.kind === "rate_limited") return { ...failure, retryAfterMs: closedForMs };
  if (failure.kind === "location_forbidden" && call.locationId !== undefined) {
    return { ...failure, locationId: call.locationId };
  }
  return failure;
};
