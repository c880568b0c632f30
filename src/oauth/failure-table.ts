import type { FailureText, OAuthFailure, RedirectUriProblem } from "./failure.ts";

type FailureTable = {
  readonly [Kind in OAuthFailure["kind"]]: (
    failure: Extract<OAuthFailure, { readonly kind: Kind }>,
  ) => FailureText;
};

const START_AGAIN = "Go back to the application and connect again.";
const NOT_YOUR_FAULT =
  "The application that sent you here made a request that cannot be accepted. ";

const refused = (status: number, error: string, description: string): FailureText => ({
  status,
  error,
  description,
  title: "This request cannot be accepted",
  text: `${NOT_YOUR_FAULT}${START_AGAIN}`,
});

/** Basic was used, so the answer names it (RFC 6749 §5.2). */
const BASIC_CHALLENGE = { "WWW-Authenticate": 'Basic realm="ghl-mcp", charset="UTF-8"' } as const;

const PARAMETER_PROBLEMS = {
  missing: "is missing",
  repeated: "is given more than once",
  malformed: "is malformed",
  unsupported: "has a value that is not supported",
} as const;

const REDIRECT_URI_PROBLEMS: Readonly<Record<RedirectUriProblem, string>> = {
  missing: "redirect_uris must name at least one redirect URI",
  too_many: "redirect_uris may name at most 10 redirect URIs",
  too_long: "a redirect URI may have at most 512 bytes",
  malformed: "a redirect URI is not an absolute URI in plain ASCII",
  forbidden_scheme: "a redirect URI has a scheme that is not allowed",
  cleartext: "an http redirect URI must point to localhost, 127.0.0.1 or [::1]",
  https_loopback: "a loopback redirect URI must use http",
  userinfo: "a redirect URI must not carry a user name or password",
  fragment: "a redirect URI must not have a fragment",
};

const TRANSACTION_TEXTS = {
  gone: {
    title: "This sign-in has ended",
    text: `It was finished already, or it waited for more than 10 minutes. ${START_AGAIN}`,
  },
  already_decided: {
    title: "This request was answered already",
    text: `Another choice was recorded for it. To choose differently, start anew. ${START_AGAIN}`,
  },
  not_approved: {
    title: "This request was not approved",
    text: `Nobody has approved the application's request yet. ${START_AGAIN}`,
  },
  nothing_chosen: {
    title: "Nothing was chosen",
    text: "Choose at least one area that the application may work in, or refuse the request.",
  },
} as const;

/**
 * Every failure with its status, OAuth error code, description and page text. Invalid grants all read
 * the same on the wire: what exactly was wrong helps only whoever is guessing.
 */
export const FAILURE_TABLE: FailureTable = {
  parameter: ({ parameter, problem }) =>
    refused(400, "invalid_request", `the parameter ${parameter} ${PARAMETER_PROBLEMS[problem]}`),
  unknown_client: ({ at }) => ({
    status: at === "authorize" ? 400 : 401,
    error: "invalid_client",
    description:
      "this client is not registered here, register it again at the registration endpoint",
    title: "This application is not known here",
    text: `Its registration has ended, or it was made at another server. Remove the connection in the application and add it again, so that it registers anew.`,
  }),
  client_authentication: ({ basic }) => ({
    ...refused(401, "invalid_client", "client authentication failed"),
    ...(basic ? { headers: BASIC_CHALLENGE } : {}),
  }),
  several_authentications: () => ({
    ...refused(401, "invalid_client", "the client authenticates in more than one way at once"),
    headers: BASIC_CHALLENGE,
  }),
  redirect_uri_not_registered: () => ({
    status: 400,
    error: "invalid_request",
    description:
      "redirect_uri is not one that this client registered, host and path must match exactly",
    title: "The way back is not registered",
    text: "The application wants you to be sent to an address that it never registered. Nothing was sent there. Remove the connection in the application and add it again.",
  }),
  unsupported_response_type: () =>
    refused(400, "unsupported_response_type", "the only supported response_type is code"),
  request_not_supported: () =>
    refused(400, "request_not_supported", "request objects are not supported"),
  request_uri_not_supported: () =>
    refused(400, "request_uri_not_supported", "request objects are not supported"),
  invalid_target: () =>
    refused(400, "invalid_target", "resource must be the MCP endpoint of this server"),
  invalid_scope: () =>
    refused(400, "invalid_scope", "the requested scope goes beyond what was granted"),
  login_required: () =>
    refused(400, "login_required", "a person has to sign in, prompt=none cannot succeed"),
  unsupported_grant_type: () =>
    refused(
      400,
      "unsupported_grant_type",
      "the supported grant types are authorization_code and refresh_token",
    ),
  invalid_grant: () =>
    refused(400, "invalid_grant", "the code or refresh token is invalid, expired, used or revoked"),
  invalid_redirect_uri: ({ problem }) =>
    refused(400, "invalid_redirect_uri", REDIRECT_URI_PROBLEMS[problem]),
  invalid_client_metadata: ({ field }) =>
    refused(400, "invalid_client_metadata", `the client metadata are not valid at: ${field}`),
  registration_off: () =>
    refused(
      403,
      "access_denied",
      "this server takes no registrations, use a client metadata document or ask its operator",
    ),
  registration_token: ({ presented }) => ({
    ...refused(401, "invalid_token", "registering takes a token that the operator gives out"),
    headers: {
      "WWW-Authenticate": `Bearer realm="registration"${presented ? ', error="invalid_token"' : ""}`,
    },
  }),
  client_document: () => ({
    status: 400,
    error: "invalid_client",
    description: "client_id is not the address of a usable client metadata document",
    title: "The application does not identify itself",
    text: "Its description could not be read, or breaks a rule. Nothing was sent to it. Tell whoever makes the application.",
  }),
  client_document_unavailable: ({ retryAfterSeconds }) => ({
    status: 503,
    error: "temporarily_unavailable",
    description: "the client metadata document cannot be read at the moment",
    title: "The application cannot be checked right now",
    text: "Its description could not be fetched. Try again in a moment.",
    headers: { "Retry-After": String(retryAfterSeconds) },
  }),
  client_document_budget: ({ retryAfterSeconds }) => ({
    status: 429,
    error: "temporarily_unavailable",
    description: "too many client metadata documents were asked for, wait and try again",
    title: "Too many applications at once",
    text: "This server looks up only so many new applications a minute. Try again in a minute.",
    headers: { "Retry-After": String(retryAfterSeconds) },
  }),
  transaction: ({ reason }) => ({
    status: reason === "already_decided" ? 409 : 400,
    error: "invalid_request",
    description: "this authorization request cannot be continued",
    ...TRANSACTION_TEXTS[reason],
  }),
};
