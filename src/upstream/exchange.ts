import { type Result, fail, ok } from "../core/result.ts";
import type { UpstreamSettings } from "./settings.ts";
import { type TokenAnswer, parseTokenAnswer } from "./token-answer.ts";
import type { TokenEndpoint, TokenEndpointFailure } from "./token-endpoint.ts";
import type { LoginFailure, LoginPurpose } from "./upstream.ts";
import type { RefusalReason } from "./upstream-error.ts";

/**
 * Exchanges a code for tokens, once: a code that may have been used is not sent again, the person
 * signs in anew instead.
 */
export const exchangeCode = async (
  deps: { readonly settings: UpstreamSettings; readonly endpoint: TokenEndpoint },
  input: { readonly code: string; readonly purpose: LoginPurpose },
  signal?: AbortSignal,
): Promise<Result<TokenAnswer, LoginFailure>> => {
  const { redirectUri } = deps.settings;
  const answer = await deps.endpoint.request(
    { grant_type: "authorization_code", code: input.code, redirect_uri: redirectUri },
    parseTokenAnswer,
    signal,
  );
  if (answer.ok) return ok(answer.value);
  return fail(toLoginFailure(answer.failure, input.purpose, redirectUri));
};

const toLoginFailure = (
  failure: TokenEndpointFailure,
  purpose: LoginPurpose,
  redirectUri: string,
): LoginFailure => {
  switch (failure.kind) {
    case "refused":
      return {
        kind: "exchange_refused",
        purpose,
        status: failure.status,
        reason: failure.reason,
        hint: toHint(failure.reason, redirectUri),
      };
    case "malformed":
      return { kind: "exchange_malformed", purpose, problem: failure.problem };
    case "unavailable":
      return { kind: "exchange_unavailable", purpose };
  }
};

const toHint = (reason: RefusalReason, redirectUri: string): string => {
  switch (reason) {
    case "invalid_client":
      return "GoHighLevel does not accept the client id and secret: compare GHL_CLIENT_ID and GHL_CLIENT_SECRET with the app's client keys";
    case "redirect_mismatch":
      return `the redirect URI "${redirectUri}" must be among the app's redirect URLs, equal in every character`;
    case "invalid_grant":
      return "GoHighLevel does not know the sign-in's code: it has expired or was used already; start the sign-in again";
    case "location_inactive":
      return "GoHighLevel says that the location is not active: it is paused there; resume it, then sign in again";
    case "invalid_token":
    case "other":
      return "GoHighLevel refused the sign-in's code: check the app's client keys and redirect URL, then start the sign-in again";
  }
};
