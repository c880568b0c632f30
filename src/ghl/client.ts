import type { FileSource } from "../core/file-source.ts";
import { fail, type Result } from "../core/result.ts";
import { type Soon, trySoon } from "../core/soon.ts";
import { attemptCall, type AttemptDeps, type Journey } from "./attempt.ts";
import type { GhlAnswer, GhlCall, GhlClient } from "./call.ts";
import { findOperation, suggestOperations } from "./catalog/index.ts";
import type { Operation } from "./catalog/operation.ts";
import type { GhlFailure } from "./errors.ts";
import { toEvidence } from "./evidence.ts";
import { type Budget, createGovernor, type RateSnapshot } from "./governor.ts";
import { randomKey, withIdempotencyKey } from "./idempotency.ts";
import { randomJitter } from "./jitter.ts";
import { type ListItem, paginate, type PaginateOptions } from "./paginate.ts";
import type { TokenClass, TokenRequest } from "./ports.ts";
import { buildRequest } from "./request.ts";
import { decideRetry } from "./retry.ts";
import { readFiles, withoutFiles } from "./upload.ts";

/** What the API client works with. */
export interface GhlClientDeps extends Omit<AttemptDeps, "governor"> {
  /** The origin that every call goes to, and a path prefix where there is one. */
  readonly apiBaseUrl: string;
  /** How files are fetched for uploads from a URL; without it such uploads are refused. */
  readonly files?: FileSource;
  /** A number from 0 up to 1, for spreading retries. Default: a random one. */
  readonly jitter?: () => number;
}

/** The API client with what it knows of GoHighLevel's limits. */
export interface GhlApiClient extends GhlClient {
  /** Lists the records of an operation over all its pages (paginate.ts). */
  paginate(call: GhlCall, options?: PaginateOptions): AsyncIterable<ListItem>;
  /** What is left of each budget of calls, and what waits for it. */
  rateLimits(isWanted?: (budget: Budget) => boolean): readonly RateSnapshot[];
}

type Answer = Result<GhlAnswer, GhlFailure>;
type ClientDeps = AttemptDeps &
  Required<Pick<GhlClientDeps, "apiBaseUrl" | "jitter">> &
  Pick<GhlClientDeps, "files">;

const DEADLINE_MS = 30_000;
const UPLOAD_DEADLINE_MS = 120_000;

/**
 * Calls operations of the catalogue by id. A call is checked completely before a token is asked for,
 * waits its turn within GoHighLevel's limits, and is repeated within its deadline where that is safe
 * (retry.ts).
 */
export const createGhlClient = (parts: GhlClientDeps): GhlApiClient => {
  const governor = createGovernor(parts);
  const { origin, pathname } = new URL(parts.apiBaseUrl);
  const apiBaseUrl = `${origin}${pathname}`;
  const deps = { ...parts, apiBaseUrl, governor, jitter: parts.jitter ?? randomJitter };
  const call: GhlClient["call"] = (given) => Promise.resolve(answer(given));
  const answer = (given: GhlCall): Soon<Answer> => {
    const operation = findOperation(given.operation);
    if (operation === undefined) return fail(unknownOperation(given.operation));
    return isAborted(given.signal)
      ? fail({ kind: "aborted" })
      : callOperation(deps, operation, given);
  };
  return {
    call,
    paginate: (given, options) => paginate({ call }, given, options),
    rateLimits: (isWanted) => governor.snapshot(isWanted),
  };
};

// A clock or a token source that waits may reject with the signal's reason: that is the caller's own
// wish, and no broken infrastructure.
const orAborted =
  (signal: AbortSignal | undefined) =>
  (error: unknown): Answer => {
    if (isAborted(signal)) return fail({ kind: "aborted" });
    throw error;
  };

const isAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted === true;

const unknownOperation = (id: string): GhlFailure => ({
  kind: "unknown_operation",
  operation: toEvidence(id, 80),
  closest: suggestOperations(id),
});

const callOperation = (deps: ClientDeps, operation: Operation, given: GhlCall): Soon<Answer> => {
  const body = withIdempotencyKey(operation, given.body, randomKey);
  const call = body === given.body ? given : { ...given, body };
  const startedAtMs = deps.clock.nowMs();
  // Everything else is checked before a file is fetched.
  const bodyToCheck = withoutFiles(operation, call.body);
  const hasFiles = bodyToCheck !== call.body;
  const draft = hasFiles ? { ...call, body: bodyToCheck } : call;
  const checked = buildRequest(operation, draft, deps.apiBaseUrl);
  if (!checked.ok) return checked;
  const deadlineMs = call.deadlineMs ?? (operation.upload ? UPLOAD_DEADLINE_MS : DEADLINE_MS);
  const tokenRequest = toTokenRequest(operation, call);
  const journey = { operation, call, tokenRequest, startedAtMs, deadlineMs };
  // Without files the request that was checked is the one that is sent.
  return hasFiles
    ? upload(deps, journey).catch(orAborted(call.signal))
    : repeat(deps, { ...journey, request: checked.value });
};

const upload = async (deps: ClientDeps, journey: Omit<Journey, "request">): Promise<Answer> => {
  const { operation, call, deadlineMs } = journey;
  const read = await readFiles(deps, operation, { ...call, timeoutMs: deadlineMs });
  if (!read.ok) return read;
  const { body, release } = read.value;
  try {
    const request = buildRequest(operation, { ...call, body }, deps.apiBaseUrl);
    if (!request.ok) return request;
    return await repeat(deps, { ...journey, request: request.value });
  } finally {
    await release();
  }
};

const toTokenRequest = (operation: Operation, call: GhlCall): TokenRequest => ({
  connectionId: call.connectionId,
  tokenClass: toTokenClass(operation, call),
  locationId: call.locationId,
  signal: call.signal,
});

const toTokenClass = ({ tokenClass }: Operation, { locationId }: GhlCall): TokenClass => {
  if (tokenClass !== "either") return tokenClass;
  return locationId === undefined ? "company" : "location";
};

const repeat = (deps: ClientDeps, journey: Journey, attempt = 1): Soon<Answer> =>
  trySoon(
    () => attemptCall(deps, journey),
    (answer) => (answer.ok ? answer : mayRepeat(deps, journey, { answer, attempt })),
    orAborted(journey.call.signal),
  );

const mayRepeat = (
  deps: ClientDeps,
  journey: Journey,
  { answer, attempt }: { readonly answer: Failed; readonly attempt: number },
): Soon<Answer> => {
  const { operation, call, startedAtMs, deadlineMs } = journey;
  const decision = decideRetry({
    failure: answer.failure,
    operation,
    attempt,
    elapsedMs: deps.clock.nowMs() - startedAtMs,
    deadlineMs,
    jitter: deps.jitter(),
  });
  if (decision.kind === "give_up") return answer;
  deps.log.debug("will call GoHighLevel again", {
    operation: operation.id,
    attempt,
    after: answer.failure.kind,
    waitMs: decision.waitMs,
  });
  return deps.clock
    .sleep(decision.waitMs, call.signal)
    .then(() => repeat(deps, journey, attempt + 1));
};

type Failed = Extract<Answer, { readonly ok: false }>;
