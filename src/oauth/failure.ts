import type { AccessLevel, AreaId } from "../core/access.ts";

/** The request parameters that failures name; never a name that a client made up. */
export type ParameterName =
  | "client_id"
  | "client_secret"
  | "client_assertion"
  | "client_assertion_type"
  | "redirect_uri"
  | "response_type"
  | "response_mode"
  | "state"
  | "scope"
  | "prompt"
  | "code_challenge"
  | "code_challenge_method"
  | "request"
  | "request_uri"
  | "grant_type"
  | "code"
  | "code_verifier"
  | "refresh_token"
  | "token";

/** What is wrong with a redirect URI that a client wants to register. */
export type RedirectUriProblem =
  | "missing"
  | "too_many"
  | "too_long"
  | "malformed"
  | "forbidden_scheme"
  | "cleartext"
  | "https_loopback"
  | "userinfo"
  | "fragment";

/** What is wrong with a client metadata document. */
export type ClientDocumentProblem =
  | "url"
  | "unreachable"
  | "not_json"
  | "client_id_mismatch"
  | "fields"
  | "redirect_uris"
  | "shared_secret"
  | "private_key"
  | "auth_method";

/** Why a code or a refresh token is not good; for the log, the wire says the same for all. */
export type GrantProblem =
  | "unknown"
  | "other_client"
  | "redirect_uri_mismatch"
  | "verifier_mismatch"
  | "already_redeemed"
  | "code_replayed"
  | "refresh_reused"
  | "grant_ended";

/** What is wrong with the authentication of a client. */
export type ClientAuthenticationProblem =
  | "missing"
  | "malformed"
  | "unknown_client"
  | "unsupported_method"
  | "wrong_secret"
  | "unexpected_secret"
  | "unusable_keys"
  | "bad_assertion";

/** What is wrong with the signed assertion of a client; for the log. */
export type AssertionProblem =
  | "no_keys"
  | "header"
  | "signature"
  | "claims"
  | "issuer"
  | "audience"
  | "expired"
  | "too_long"
  | "not_yet"
  | "replayed";

/**
 * Why an OAuth request was refused, with the evidence that the log needs. {@link toWire} and
 * {@link toPublicText} say what of it goes out: fixed text, never a word that the client sent.
 */
export type OAuthFailure =
  | {
      readonly kind: "parameter";
      readonly parameter: ParameterName;
      readonly problem: "missing" | "repeated" | "malformed" | "unsupported";
    }
  | { readonly kind: "unknown_client"; readonly at: "authorize" | "endpoint" }
  | {
      readonly kind: "client_authentication";
      /** Basic was used, so the answer challenges for it (RFC 6749 §5.2). */
      readonly basic: boolean;
      readonly problem: ClientAuthenticationProblem;
    }
  | { readonly kind: "several_authentications" }
  | { readonly kind: "redirect_uri_not_registered" }
  | { readonly kind: "unsupported_response_type" }
  | { readonly kind: "request_not_supported" }
  | { readonly kind: "request_uri_not_supported" }
  | { readonly kind: "invalid_target" }
  | { readonly kind: "invalid_scope" }
  | { readonly kind: "login_required" }
  | { readonly kind: "unsupported_grant_type" }
  | { readonly kind: "invalid_grant"; readonly reason: GrantProblem }
  | {
      readonly kind: "invalid_redirect_uri";
      readonly problem: RedirectUriProblem;
      /** Which of the list, from 0; absent where the list itself is wrong. */
      readonly index?: number;
    }
  | { readonly kind: "invalid_client_metadata"; readonly field: string }
  | { readonly kind: "registration_off" }
  | {
      readonly kind: "registration_token";
      /** A token was sent, and it is a wrong one (RFC 6750 §3.1). */
      readonly presented: boolean;
    }
  | { readonly kind: "client_document"; readonly problem: ClientDocumentProblem }
  | { readonly kind: "client_document_unavailable"; readonly retryAfterSeconds: number }
  | { readonly kind: "client_document_budget"; readonly retryAfterSeconds: number }
  | {
      readonly kind: "transaction";
      readonly reason: "gone" | "already_decided" | "not_approved" | "nothing_chosen";
    };

/** Why a request to `/mcp` is not authenticated or not allowed (RFC 6750 §3.1). */
export type BearerFailure =
  | { readonly kind: "missing_token" }
  | {
      readonly kind: "invalid_token";
      readonly reason: "malformed" | "unknown" | "expired" | "wrong_audience";
    }
  | {
      readonly kind: "insufficient_scope";
      readonly needed: AccessLevel;
      /** The areas that are needed; absent where the grant has all areas. */
      readonly areas?: readonly AreaId[];
    };

/** An error answer of a machine endpoint (RFC 6749 §5.2, RFC 7591 §3.2.2). */
export interface WireError {
  readonly status: number;
  readonly body: { readonly error: string; readonly error_description: string };
  readonly headers: Readonly<Record<string, string>>;
}

/** One row of the failure table: what goes on the wire, and what a person reads. */
export interface FailureText {
  readonly status: number;
  readonly error: string;
  readonly description: string;
  readonly title: string;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}
