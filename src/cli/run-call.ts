import type { App } from "../app.ts";
import { AppError, type ErrorCode } from "../core/errors.ts";
import type { GhlCall } from "../ghl/call.ts";
import type { Operation } from "../ghl/catalog/operation.ts";
import { isPlainObject } from "../ghl/coerce-value.ts";
import type { GhlFailure } from "../ghl/errors.ts";
import { explainGhlFailure } from "../ghl/explain-failure.ts";
import { withIdempotencyKey } from "../ghl/idempotency.ts";
import { paginate } from "../ghl/paginate.ts";
import { buildRequest } from "../ghl/request.ts";
import { withoutFiles } from "../ghl/upload.ts";
import { PRIVATE } from "./pick-connection.ts";
import type { Printer } from "./print.ts";

/** How far a listing goes; absent for a plain call. */
export interface Listing {
  /** Absent for all pages. */
  readonly maxPages?: number;
}

interface Running {
  readonly ghl: App["ghl"];
  readonly printer: Printer;
  readonly signal: AbortSignal;
}

/** Calls an operation and gives the body of the answer, or all records of its pages. Throws `AppError`. */
export const runCall = async (
  { ghl, printer, signal }: Running,
  given: GhlCall,
  listing: Listing | undefined,
): Promise<unknown> => {
  const call = { ...given, signal };
  const progress = printer.progress(`calling ${call.operation}`);
  try {
    if (listing !== undefined) return await listRecords({ ghl, printer, signal }, call, listing);
    const answer = await ghl.call(call);
    if (!answer.ok) throw toCallError(answer.failure, signal);
    return answer.value.body ?? null;
  } finally {
    progress.stop();
  }
};

const PROGRESS_EVERY = 500;

const listRecords = async (
  { ghl, printer, signal }: Running,
  call: GhlCall,
  { maxPages }: Listing,
): Promise<readonly unknown[]> => {
  const records: unknown[] = [];
  const paging = maxPages === undefined ? {} : { maxPages };
  for await (const item of paginate(ghl, call, paging)) {
    if (!item.ok) throw toCallError(item.failure, signal);
    records.push(item.value.record);
    if (records.length % PROGRESS_EVERY === 0) printer.note(`${records.length} records so far`);
  }
  return records;
};

/** The request that a call would become, without its token; nothing is sent. Throws `AppError`. */
export const describeRequest = (
  operation: Operation,
  call: GhlCall,
  apiBaseUrl: string,
): unknown => {
  const keyed = withIdempotencyKey(operation, call.body, () => "made when it is sent");
  const body = withoutFiles(operation, keyed);
  const request = buildRequest(operation, { ...call, body }, apiBaseUrl);
  if (!request.ok) throw toCallError(request.failure, call.signal);
  const { body: content, ...rest } = request.value;
  return { ...rest, ...(content !== undefined && { body: describeBody(content) }) };
};

const describeBody = (content: string | FormData): unknown => {
  if (typeof content !== "string") return Object.fromEntries([...content].map(describePart));
  try {
    return JSON.parse(content) as unknown;
  } catch (error) {
    // A form.
    if (error instanceof SyntaxError) return content;
    throw error;
  }
};

const describePart = ([name, value]: readonly [string, string | File]): [string, unknown] => [
  name,
  typeof value === "string" ? value : { file: value.name, type: value.type, bytes: value.size },
];

/** A failed call as what ends the command; a cancelled one ends it with the signal's reason. */
export const toCallError = (failure: GhlFailure, signal: AbortSignal | undefined): Error => {
  if (failure.kind === "aborted" && signal?.reason instanceof Error) return signal.reason;
  const { what, next } = explainGhlFailure(failure);
  const lines = [what, `  ${next}`, ...(isOfConfiguredToken(failure) ? [OWN_LOCATION] : [])];
  return new AppError(codeOf(failure), lines.join("\n"));
};

const OWN_LOCATION = "  GHL_LOCATION_ID has to be the location that the token was made in";

const isOfConfiguredToken = (failure: GhlFailure): boolean =>
  failure.kind === "token" &&
  failure.failure.kind === "needs_reauth" &&
  failure.failure.connectionId === PRIVATE.connectionId;

const codeOf = (failure: GhlFailure): ErrorCode =>
  failure.kind === "token" && failure.failure.kind === "upstream_unavailable"
    ? "upstream_failed"
    : CODES[failure.kind];

const CODES = {
  unknown_operation: "usage",
  invalid_parameter: "usage",
  location_required: "usage",
  token: "not_connected",
  token_rejected: "not_connected",
  missing_scope: "not_connected",
  wrong_token_class: "not_connected",
  location_forbidden: "not_connected",
  duplicate_contact: "call_refused",
  bad_request: "call_refused",
  not_found: "call_refused",
  route_unsupported: "call_refused",
  version_rejected: "upstream_failed",
  rate_limited: "upstream_failed",
  blocked: "upstream_failed",
  upstream_error: "upstream_failed",
  malformed_answer: "upstream_failed",
  unreachable: "upstream_failed",
  timeout: "upstream_failed",
  aborted: "upstream_failed",
} as const satisfies Readonly<Record<GhlFailure["kind"], ErrorCode>>;

/** The arguments of a critical call as a person reads them before it is made. */
export const toPreview = (
  operation: Operation,
  call: GhlCall,
  location: string | undefined,
): readonly string[] => [
  `${operation.id}: ${operation.summary} (${operation.method} ${operation.path})`,
  ...(location === undefined ? [] : [`  location    ${location}`]),
  ...Object.entries(call.parameters ?? {}).map(
    ([name, value]) => `  ${name.padEnd(10)}  ${toShort(value)}`,
  ),
  ...(call.body === undefined ? [] : toBodyPreview(call.body)),
];

const toBodyPreview = (body: unknown): readonly string[] =>
  isPlainObject(body)
    ? Object.entries(body).map(([name, value]) => `  ${name.padEnd(10)}  ${toShort(value)}`)
    : [`  body        ${toShort(body)}`];

const MAX_PREVIEW = 200;

const toShort = (value: unknown): string => {
  const text = value instanceof File ? `file ${value.name}` : JSON.stringify(value);
  return text.length > MAX_PREVIEW ? `${text.slice(0, MAX_PREVIEW)}…` : text;
};
