import { fail, ok, type Result } from "../../core/result.ts";
import type { OAuthFailure } from "../failure.ts";
import { findRedirectUriProblem } from "../redirect-uri.ts";
import { keepKnownScopes } from "../scopes.ts";
import { registrationRequest, type RegistrationRequest } from "../wire.ts";
import { type ClientKeys, toClientKeys } from "./client-keys.ts";
import { sanitizeClientName } from "./client-name.ts";
import type { ClientMetadata } from "./registered.ts";

const MAX_REDIRECT_URIS = 10;
const MAX_LINK_LENGTH = 512;
const LINKS = ["client_uri", "logo_uri", "policy_uri", "tos_uri"] as const;

/**
 * Turns a registration request into the metadata that will hold (RFC 7591 §3.2.1): what this server
 * cannot do is left out rather than refused, since clients ask for more than they need. Redirect URIs
 * are the exception: one bad one refuses the request. Pure; nothing is fetched.
 */
export const checkRegistration = (body: unknown): Result<ClientMetadata, OAuthFailure> => {
  const parsed = registrationRequest.safeParse(body);
  if (!parsed.success)
    return fail({ kind: "invalid_client_metadata", field: toField(parsed.error.issues) });
  const redirectUris = checkRedirectUris(parsed.data.redirect_uris);
  return redirectUris.ok ? ok(toMetadata(parsed.data, redirectUris.value)) : redirectUris;
};

/** Checks the list of redirect URIs, also that of a metadata document. */
export const checkRedirectUris = (value: unknown): Result<readonly string[], OAuthFailure> => {
  if (!isStringArray(value) || value.length === 0) {
    return fail({ kind: "invalid_redirect_uri", problem: "missing" });
  }
  if (value.length > MAX_REDIRECT_URIS) {
    return fail({ kind: "invalid_redirect_uri", problem: "too_many" });
  }
  for (const [index, uri] of value.entries()) {
    const problem = findRedirectUriProblem(uri);
    if (problem !== undefined) return fail({ kind: "invalid_redirect_uri", problem, index });
  }
  return ok([...new Set(value)]);
};

const toMetadata = (
  request: RegistrationRequest,
  redirectUris: readonly string[],
): ClientMetadata => {
  const name = sanitizeClientName(request.client_name ?? "");
  const scope = keepKnownScopes(request.scope ?? "");
  const type = request.application_type;
  return {
    redirect_uris: redirectUris,
    ...toAuthentication(request),
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    ...(name === undefined ? {} : { client_name: name }),
    ...(scope === "" ? {} : { scope }),
    ...(type === "native" || type === "web" ? { application_type: type } : {}),
    ...keepLinks(request),
  };
};

type Authentication = Pick<ClientMetadata, "token_endpoint_auth_method" | "jwks" | "jwks_uri">;

// RFC 7591 §2 has client_secret_basic as the default, but what registers here without a word is a
// public client: it would ignore the secret, and then be refused at the token endpoint. A client that
// wants to sign and gives no public keys could not be checked, so it is public, and told so.
const toAuthentication = (request: RegistrationRequest): Authentication => {
  const { token_endpoint_auth_method: asked } = request;
  if (asked === "client_secret_basic" || asked === "client_secret_post") {
    return { token_endpoint_auth_method: asked };
  }
  const keys = asked === "private_key_jwt" ? toClientKeys(request) : undefined;
  return keys === undefined
    ? { token_endpoint_auth_method: "none" }
    : { token_endpoint_auth_method: "private_key_jwt", ...toKeyMetadata(keys) };
};

const toKeyMetadata = (keys: ClientKeys): Pick<Authentication, "jwks" | "jwks_uri"> =>
  keys.kind === "set" ? { jwks: { keys: keys.keys } } : { jwks_uri: keys.uri };

/** Links are kept only as text to give back; no page shows them and nothing fetches them. */
const keepLinks = (request: RegistrationRequest): Partial<Record<(typeof LINKS)[number], string>> =>
  Object.fromEntries(
    LINKS.map((name) => [name, request[name]] as const).filter(([, value]) => isHttpsLink(value)),
  );

const isHttpsLink = (value: unknown): value is string =>
  typeof value === "string" &&
  value.length <= MAX_LINK_LENGTH &&
  findRedirectUriProblem(value) === undefined &&
  value.toLowerCase().startsWith("https://");

const isStringArray = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string");

const KNOWN_FIELDS: ReadonlySet<string> = new Set(Object.keys(registrationRequest.shape));

/** The field to blame: always a name of ours, since paths can hold names that the client made up. */
const toField = (issues: readonly { readonly path: readonly PropertyKey[] }[]): string => {
  const field = String(issues[0]?.path[0] ?? "");
  return KNOWN_FIELDS.has(field) ? field : "body";
};
