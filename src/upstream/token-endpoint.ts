import type { HttpClient, HttpFailure, HttpResponse } from "../core/http-client.ts";
import type { Logger } from "../core/logger.ts";
import { type Result, fail, ok } from "../core/result.ts";
import { toApiUrl } from "./endpoints.ts";
import { type UpstreamSettings, getAppCredentials } from "./settings.ts";
import {
  isVerifierUnknown,
  type RefusalReason,
  toRefusalReason,
  toRetryAfterSeconds,
} from "./upstream-error.ts";

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 64 * 1024;

/** Why `/oauth/token` gave no tokens. */
export type TokenEndpointFailure =
  | {
      readonly kind: "refused";
      readonly status: number;
      readonly reason: RefusalReason;
      /** It complains that `code_verifier` is no parameter, and has not looked at the code. */
      readonly isVerifierUnknown?: true;
    }
  | { readonly kind: "malformed"; readonly problem: string }
  | {
      readonly kind: "unavailable";
      /** Whether the request may have had its effect although no answer came. */
      readonly ambiguous: boolean;
      readonly retryAfterSeconds?: number;
    };

/** What a request to `/oauth/token` says, besides who asks. */
export type TokenForm =
  | {
      readonly grant_type: "authorization_code";
      readonly code: string;
      readonly redirect_uri: string;
      /** RFC 7636 §4.5. */
      readonly code_verifier?: string;
    }
  | { readonly grant_type: "refresh_token"; readonly refresh_token: string };

/** GoHighLevel's token endpoint (gohighlevel.md §4.2). Never logs a body. */
export interface TokenEndpoint {
  /** Sends a form and reads the answer. `user_type` is left out: the person's choice decides it. */
  request<Answer>(
    form: TokenForm,
    parse: (body: string) => Result<Answer, string>,
    signal?: AbortSignal,
  ): Promise<Result<Answer, TokenEndpointFailure>>;
}

/** Makes the token endpoint of the configured GoHighLevel. */
export const createTokenEndpoint = (deps: {
  readonly settings: UpstreamSettings;
  readonly http: HttpClient;
  readonly log: Logger;
}): TokenEndpoint => {
  const { settings, http, log } = deps;
  return {
    request: async (form, parse, signal) => {
      const { clientId, clientSecret } = getAppCredentials(settings);
      const sent = await http.send({
        method: "POST",
        url: toApiUrl(settings, "/oauth/token"),
        headers: {
          accept: "application/json",
          "content-type": "application/x-www-form-urlencoded",
        },
        body: new URLSearchParams({
          client_id: clientId,
          client_secret: clientSecret.reveal(),
          ...form,
        }).toString(),
        timeoutMs: TIMEOUT_MS,
        maxBytes: MAX_BYTES,
        ...(signal === undefined ? {} : { signal }),
      });
      const outcome = sent.ok ? read(sent.value, parse) : fail(toFailure(sent.failure.kind));
      if (!outcome.ok) {
        log.warn("GoHighLevel gave no tokens", {
          grantType: form.grant_type,
          ...(sent.ok ? { status: sent.value.status } : { noAnswer: sent.failure.kind }),
          ...outcome.failure,
        });
      }
      return outcome;
    },
  };
};

const toFailure = (kind: HttpFailure["kind"]): TokenEndpointFailure =>
  kind === "too_large"
    ? { kind: "malformed", problem: `the answer is larger than ${MAX_BYTES} bytes` }
    : { kind: "unavailable", ambiguous: true };

const read = <Answer>(
  response: HttpResponse,
  parse: (body: string) => Result<Answer, string>,
): Result<Answer, TokenEndpointFailure> => {
  const { status, headers, body } = response;
  if (status >= 200 && status < 300) {
    const parsed = parse(body);
    return parsed.ok ? ok(parsed.value) : fail({ kind: "malformed", problem: parsed.failure });
  }
  if (status === 429 || status >= 500) {
    const retryAfterSeconds = toRetryAfterSeconds(headers);
    return fail({
      kind: "unavailable",
      // A gateway that lost its own upstream cannot know what happened there.
      ambiguous: status === 502 || status === 504,
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    });
  }
  return fail({
    kind: "refused",
    status,
    reason: toRefusalReason(body),
    ...(isVerifierUnknown(status, body) ? { isVerifierUnknown: true as const } : {}),
  });
};
