import type { Logger } from "../core/logger.ts";
import { type Result, fail, ok } from "../core/result.ts";
import type { StartedSignIn } from "./login-state.ts";
import type { PkceSupport } from "./pkce-support.ts";
import type { UpstreamSettings } from "./settings.ts";
import { type TokenAnswer, parseTokenAnswer } from "./token-answer.ts";
import type { TokenEndpoint, TokenEndpointFailure } from "./token-endpoint.ts";
import type { LoginFailure, LoginPurpose } from "./upstream.ts";
import type { RefusalReason } from "./upstream-error.ts";

/** What {@link exchangeCode} works with. */
export interface ExchangeDeps {
  readonly settings: UpstreamSettings;
  readonly endpoint: TokenEndpoint;
  readonly pkce: PkceSupport;
  readonly log: Logger;
}

/**
 * Exchanges a code for tokens, once: a code that may have been used is not sent again, the person
 * signs in anew instead. The exception is a token endpoint that does not know `code_verifier`: it has
 * refused the form and not looked at the code, so the code goes there once more without. A verifier
 * that it knows and finds wrong is a refusal like any other: the code is somebody else's.
 */
export const exchangeCode = async (
  deps: ExchangeDeps,
  input: StartedSignIn & { readonly code: string },
  signal?: AbortSignal,
): Promise<Result<TokenAnswer, LoginFailure>> => {
  const { redirectUri } = deps.settings;
  const form = {
    grant_type: "authorization_code",
    code: input.code,
    redirect_uri: redirectUri,
  } as const;
  const isVerified = input.verifier !== undefined && (await deps.pkce.isUsed());
  const first = await deps.endpoint.request(
    isVerified ? { ...form, code_verifier: input.verifier } : form,
    parseTokenAnswer,
    signal,
  );
  if (first.ok) return ok(first.value);
  if (!isVerified || !isUnknownParameter(first.failure)) {
    return fail(toLoginFailure(first.failure, input.purpose, redirectUri));
  }
  await deps.pkce.noteRefused();
  deps.log.info("GoHighLevel's token endpoint does not know PKCE, which is left out from now on");
  const second = await deps.endpoint.request(form, parseTokenAnswer, signal);
  return second.ok
    ? ok(second.value)
    : fail(toLoginFailure(second.failure, input.purpose, redirectUri));
};

const isUnknownParameter = (failure: TokenEndpointFailure): boolean =>
  failure.kind === "refused" && failure.isVerifierUnknown === true;

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
