import type { HttpClient, HttpResponse } from "../core/http-client.ts";
import { type Result, fail, ok } from "../core/result.ts";
import type { Secret } from "../core/secret.ts";
import {
  type TokenComplaint,
  toRefusalReason,
  toRetryAfterSeconds,
  toTokenComplaint,
} from "./upstream-error.ts";

/** Why a call that is part of the sign-in machinery gave nothing. */
export type ApiFailure =
  /** The token is expired or invalid; a newer one may do. */
  | { readonly kind: "token_refused" }
  | { readonly kind: "location_inactive" }
  | { readonly kind: "refused"; readonly status: number; readonly complaint?: TokenComplaint }
  | { readonly kind: "malformed"; readonly problem: string }
  | { readonly kind: "unavailable"; readonly retryAfterSeconds?: number };

/** One call to GoHighLevel's API. */
export interface ApiCall<Answer> {
  readonly url: string;
  readonly token: Secret;
  /** Sent as a POST; absent: a GET. */
  readonly form?: Readonly<Record<string, string>>;
  /** Reads a good answer; the failure names fields, never values. */
  parse(body: string): Result<Answer, string>;
  readonly signal?: AbortSignal;
}

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 1024 * 1024;

// The one version under which all paths that we call here answer (gohighlevel.md §4.3 and §4.8).
const VERSION = "2021-07-28";

/**
 * Calls the few paths that connections themselves need: location tokens and the names of locations.
 * Everything else goes through the catalogue's client.
 */
export const callApi = async <Answer>(
  http: HttpClient,
  call: ApiCall<Answer>,
): Promise<Result<Answer, ApiFailure>> => {
  const form = call.form === undefined ? undefined : new URLSearchParams(call.form).toString();
  const sent = await http.send({
    method: form === undefined ? "GET" : "POST",
    url: call.url,
    headers: {
      accept: "application/json",
      authorization: `Bearer ${call.token.reveal()}`,
      version: VERSION,
      ...(form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" }),
    },
    ...(form === undefined ? {} : { body: form }),
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_BYTES,
    ...(call.signal === undefined ? {} : { signal: call.signal }),
  });
  if (!sent.ok) return fail({ kind: "unavailable" });
  if (sent.value.status < 200 || sent.value.status > 299) return fail(toFailure(sent.value));
  const parsed = call.parse(sent.value.body);
  return parsed.ok ? ok(parsed.value) : fail({ kind: "malformed", problem: parsed.failure });
};

const toFailure = ({ status, headers, body }: HttpResponse): ApiFailure => {
  if (status === 429 || status >= 500) {
    const retryAfterSeconds = toRetryAfterSeconds(headers);
    return {
      kind: "unavailable",
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    };
  }
  const reason = toRefusalReason(body);
  // 401 stands for many things; only one of them gets better with another token (§4.7).
  if (status === 401 && reason === "invalid_token") return { kind: "token_refused" };
  if (reason === "location_inactive") return { kind: reason };
  const complaint = toTokenComplaint(body);
  return { kind: "refused", status, ...(complaint === undefined ? {} : { complaint }) };
};
