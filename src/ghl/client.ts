import type { Clock } from "../core/clock.ts";
import type { HttpClient, HttpFailure } from "../core/http-client.ts";
import type { Logger } from "../core/logger.ts";
import { fail, type Result } from "../core/result.ts";
import type { GhlAnswer, GhlCall, GhlClient } from "./call.ts";
import { findOperation, suggestOperations } from "./catalog/index.ts";
import type { Operation } from "./catalog/operation.ts";
import type { GhlFailure } from "./errors.ts";
import { toEvidence } from "./evidence.ts";
import type { AccessToken, TokenClass, TokenRequest, TokenSource } from "./ports.ts";
import { readAnswer } from "./read-answer.ts";
import { buildRequest, type GhlRequest } from "./request.ts";

/** What the API client works with. */
export interface GhlClientDeps {
  /** The origin that every call goes to, and a path prefix where there is one. */
  readonly apiBaseUrl: string;
  readonly tokens: TokenSource;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly log: Logger;
}

const TIMEOUT_MS = 30_000;
const MAX_BYTES = 10 * 1024 * 1024;

type Answer = Result<GhlAnswer, GhlFailure>;

/** One call on its way: everything that does not change between two attempts. */
interface Attempt {
  readonly operation: Operation;
  readonly call: GhlCall;
  readonly request: GhlRequest;
  readonly tokenRequest: TokenRequest;
}

/**
 * Calls operations of the catalogue by id. A call is checked completely before a token is asked for;
 * a token that GoHighLevel calls invalid or expired is replaced once and the call repeated once, which
 * is safe for writes too because the first attempt was refused at the door.
 */
export const createGhlClient = (deps: GhlClientDeps): GhlClient => ({
  call: async (call) => {
    const operation = findOperation(call.operation);
    if (operation === undefined) return fail(unknownOperation(call.operation));
    const request = buildRequest(operation, call, deps.apiBaseUrl);
    if (!request.ok) return request;
    const tokenRequest = toTokenRequest(operation, call);
    const attempt = { operation, call, request: request.value, tokenRequest };
    return orAborted(() => authorize(deps, attempt), call.signal);
  },
});

// A token source that waits may reject with the signal's reason: that is the caller's own wish, and
// no broken infrastructure.
const orAborted = async (
  work: () => Promise<Answer>,
  signal: AbortSignal | undefined,
): Promise<Answer> => {
  if (isAborted(signal)) return fail({ kind: "aborted" });
  try {
    return await work();
  } catch (error) {
    if (isAborted(signal)) return fail({ kind: "aborted" });
    throw error;
  }
};

const isAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted === true;

const unknownOperation = (id: string): GhlFailure => ({
  kind: "unknown_operation",
  operation: toEvidence(id, 80),
  closest: suggestOperations(id),
});

const toTokenRequest = (operation: Operation, call: GhlCall): TokenRequest => ({
  connectionId: call.connectionId,
  tokenClass: toTokenClass(operation, call),
  ...(call.locationId !== undefined && { locationId: call.locationId }),
  ...(call.signal !== undefined && { signal: call.signal }),
});

const toTokenClass = ({ tokenClass }: Operation, { locationId }: GhlCall): TokenClass => {
  if (tokenClass !== "either") return tokenClass;
  return locationId === undefined ? "company" : "location";
};

const authorize = async (deps: GhlClientDeps, attempt: Attempt): Promise<Answer> => {
  const { operation, tokenRequest } = attempt;
  const token = await deps.tokens.getToken(tokenRequest);
  if (!token.ok) return fail({ kind: "token", failure: token.failure });
  if (operation.oauthOnly && token.value.kind === "private") {
    const needed = tokenRequest.tokenClass;
    return fail({ kind: "token", failure: { kind: "wrong_token_class", needed, have: "private" } });
  }
  const first = await send(deps, attempt, token.value);
  if (first.ok || first.failure.kind !== "token_rejected") return first;
  const newer = await deps.tokens.replaceToken(tokenRequest, token.value);
  if (!newer.ok) return fail({ kind: "token", failure: newer.failure });
  return send(deps, attempt, newer.value);
};

const send = async (deps: GhlClientDeps, attempt: Attempt, token: AccessToken): Promise<Answer> => {
  const { operation, call, request } = attempt;
  const startedAt = deps.clock.nowMs();
  const response = await deps.http.send({
    ...request,
    headers: { ...request.headers, authorization: `Bearer ${token.token.reveal()}` },
    ...(call.signal !== undefined && { signal: call.signal }),
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_BYTES,
  });
  const answer = response.ok ? readAnswer(response.value) : fail(toFailure(response.failure));
  deps.log.debug("called GoHighLevel", {
    operation: operation.id,
    version: operation.version,
    outcome: answer.ok ? answer.value.status : answer.failure.kind,
    durationMs: deps.clock.nowMs() - startedAt,
  });
  return answer.ok ? answer : fail(addEvidence(answer.failure, attempt));
};

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

/** Adds what GoHighLevel leaves out and the catalogue and the call know. */
const addEvidence = (failure: GhlFailure, { operation, call }: Attempt): GhlFailure => {
  if (failure.kind === "missing_scope") return { ...failure, scopes: operation.scopes };
  if (failure.kind === "location_forbidden" && call.locationId !== undefined) {
    return { ...failure, locationId: call.locationId };
  }
  return failure;
};
