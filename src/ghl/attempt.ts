import type { Clock } from "../core/clock.ts";
import type { HttpClient, HttpFailure, HttpRequest } from "../core/http-client.ts";
import type { Logger } from "../core/logger.ts";
import type { Metrics } from "../core/metrics.ts";
import type { UsageMeter } from "../core/usage.ts";
import { fail, type Result } from "../core/result.ts";
import { type Soon, whenThere } from "../core/soon.ts";
import { silentTracing, type Span, type Tracing } from "../core/tracing.ts";
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
export const attemptCall = (deps: AttemptDeps, journey: Journey): Soon<Answer> =>
  whenThere(deps.tokens.getToken(journey.tokenRequest), (token) => {
    if (!token.ok) return fail({ kind: "token", failure: token.failure });
    if (journey.operation.oauthOnly && token.value.kind === "private") {
      const needed = journey.tokenRequest.tokenClass;
      const failure = { kind: "wrong_token_class", needed, have: "private" } as const;
      return fail({ kind: "token", failure });
    }
    return whenThere(send(deps, journey, token.value), (first) =>
      first.ok || first.failure.kind !== "token_rejected"
        ? first
        : sendAnew(deps, journey, token.value),
    );
  });

const sendAnew = async (
  deps: AttemptDeps,
  journey: Journey,
  refused: AccessToken,
): Promise<Answer> => {
  const newer = await deps.tokens.replaceToken(journey.tokenRequest, refused);
  if (!newer.ok) return fail({ kind: "token", failure: newer.failure });
  return send(deps, journey, newer.value);
};

const send = (deps: AttemptDeps, journey: Journey, token: AccessToken): Soon<Answer> => {
  const { call, startedAtMs, deadlineMs } = journey;
  const slot = deps.governor.acquire({
    budget: toBudget(journey.tokenRequest),
    fairnessKey: call.fairnessKey ?? "",
    deadlineAtMs: startedAtMs + deadlineMs,
    signal: call.signal,
  });
  return whenThere(slot, (got) =>
    got.ok ? sendInSpan(deps, journey, { token, slot: got.value }) : holdBack(deps, journey, got),
  );
};

const holdBack = (
  { metrics, usage }: AttemptDeps,
  journey: Journey,
  refused: { readonly ok: false; readonly failure: GhlFailure },
): Answer => {
  if (refused.failure.kind === "rate_limited") {
    metrics?.upstreamCall({ app: journey.operation.app, outcome: "held_back" });
    usage?.count(toUsedCall(journey, "held_back"));
  }
  return refused;
};

/** What a request is sent with. */
interface Pass {
  readonly token: AccessToken;
  readonly slot: Slot;
}

const sendInSpan = (deps: AttemptDeps, journey: Journey, pass: Pass): Soon<Answer> => {
  const { tracing = silentTracing } = deps;
  const { id, method } = journey.operation;
  const attributes = { "ghl.operation": id, "http.request.method": method };
  return tracing.inSpan({ name: id, kind: "client", attributes }, (span) =>
    sendNow(deps, journey, { token: pass.token, slot: pass.slot, span }),
  );
};

/** Sends in a slot, which is given back whatever happens, and says how it went. */
const sendNow = (
  deps: AttemptDeps,
  journey: Journey,
  { token, slot, span }: Pass & { readonly span: Span },
): Promise<Answer> => {
  const { clock, http } = deps;
  const sentAtMs = clock.nowMs();
  return http.send(toHttpRequest(journey, token, sentAtMs)).then(
    (response) => {
      const report = response.ok
        ? readRateHeaders(response.value.status, response.value.headers, clock.nowMs())
        : UNTOLD;
      const { closedForMs } = slot.release(report);
      const answer = response.ok
        ? readAnswer(response.value)
        : fail<GhlFailure>(toFailure(response.failure));
      return whenThere<Answer, Answer>(answer, (read) => {
        tell(deps, journey, { answer: read, durationMs: clock.nowMs() - sentAtMs });
        if (read.ok) return read;
        span.fail(read.failure.kind);
        return fail(addEvidence(read.failure, journey, closedForMs));
      });
    },
    (error: unknown) => {
      slot.release(UNTOLD);
      throw error;
    },
  );
};

const UNTOLD = { refused: false } as const;

const toHttpRequest = (
  { operation, call, request, startedAtMs, deadlineMs }: Journey,
  { token }: AccessToken,
  sentAtMs: number,
): HttpRequest => {
  const leftMs = Math.max(1, startedAtMs + deadlineMs - sentAtMs);
  return {
    method: request.method,
    url: request.url,
    headers: { ...request.headers, authorization: `Bearer ${token.reveal()}` },
    body: request.body,
    signal: call.signal,
    timeoutMs: isRepeatable(operation) ? Math.min(leftMs, REPEATABLE_TIMEOUT_MS) : leftMs,
    maxBytes: MAX_BYTES,
  };
};

/** Counts and logs an attempt that is over. */
const tell = (
  { metrics, usage, log }: AttemptDeps,
  journey: Journey,
  { answer, durationMs }: { readonly answer: Answer; readonly durationMs: number },
): void => {
  const { operation } = journey;
  const outcome = answer.ok ? "ok" : answer.failure.kind;
  metrics?.upstreamCall({ app: operation.app, outcome, durationMs });
  usage?.count(toUsedCall(journey, outcome));
  log.debug("called GoHighLevel", {
    operation: operation.id,
    version: operation.version,
    outcome: answer.ok ? answer.value.status : outcome,
    durationMs,
  });
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
