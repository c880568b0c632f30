import { readScopes } from "../catalogue/read-catalogue.ts";
import { fail, ok, type Result } from "../../core/result.ts";

/** A sign-in that an app asked for, checked. */
export interface AuthorizeRequest {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  /** Echoed byte for byte; absent where the app sent none. */
  readonly state?: string;
  /** As the app sent it, with the challenge of PKCE (RFC 7636 §4.3). */
  readonly codeChallenge?: string;
  readonly codeChallengeMethod?: string;
  /** The version of a draft app. */
  readonly versionId?: string;
}

/** The app that the sandbox knows, and how its sign-in page behaves now. */
export interface PageRules {
  readonly clientId: string;
  readonly versionId: string;
  readonly needsVersionId: boolean;
  readonly refusesPkce: boolean;
}

/**
 * Checks the query of the chooselocation page. The failure is a text for the page: nothing is sent to
 * a redirect URI before the client and the URI have been accepted.
 */
export const readAuthorizeRequest = (
  parameters: URLSearchParams,
  rules: PageRules,
): Result<AuthorizeRequest, string> => {
  const { clientId } = rules;
  const redirectUri = parameters.get("redirect_uri") ?? "";
  if (parameters.get("response_type") !== "code") {
    return fail("The app must ask with response_type=code.");
  }
  if (parameters.get("client_id") !== clientId) {
    return fail("No app with this client_id is known to the sandbox.");
  }
  if (!isAllowedRedirect(redirectUri)) {
    return fail("The redirect_uri must be an https address, or http on this machine.");
  }
  const problem = checkVersionId(parameters, rules) ?? checkPkce(parameters, rules);
  if (problem !== undefined) return fail(problem);
  const asked = (parameters.get("scope") ?? "").split(/\s+/).filter((scope) => scope !== "");
  return ok({
    clientId,
    redirectUri,
    // An app that names no scope gets all that any operation asks for.
    scopes: asked.length === 0 ? readScopes() : [...new Set(asked)],
    ...readOptional(parameters),
  });
};

const OPTIONAL = {
  state: "state",
  codeChallenge: "code_challenge",
  codeChallengeMethod: "code_challenge_method",
  versionId: "version_id",
} as const;

const readOptional = (parameters: URLSearchParams): Partial<AuthorizeRequest> =>
  Object.fromEntries(
    Object.entries(OPTIONAL).flatMap(([name, wireName]) => {
      const value = parameters.get(wireName);
      return value === null ? [] : [[name, value]];
    }),
  );

const checkVersionId = (parameters: URLSearchParams, rules: PageRules): string | undefined => {
  const versionId = parameters.get("version_id");
  if (versionId === null) return rules.needsVersionId ? "error.noversionid" : undefined;
  return versionId === rules.versionId ? undefined : "The app has no version with this version_id.";
};

const checkPkce = (parameters: URLSearchParams, rules: PageRules): string | undefined =>
  rules.refusesPkce && parameters.has("code_challenge")
    ? "property code_challenge should not exist"
    : undefined;

/** The request as the fields of a form, under the names that it came with. */
export const toFields = (request: AuthorizeRequest): Readonly<Record<string, string>> => ({
  response_type: "code",
  client_id: request.clientId,
  redirect_uri: request.redirectUri,
  scope: request.scopes.join(" "),
  ...Object.fromEntries(
    Object.entries(OPTIONAL).flatMap(([name, wireName]) => {
      const value = request[name as keyof typeof OPTIONAL];
      return value === undefined ? [] : [[wireName, value]];
    }),
  ),
});

const LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"];

const isAllowedRedirect = (redirectUri: string): boolean => {
  if (!URL.canParse(redirectUri)) return false;
  const { protocol, hostname, hash } = new URL(redirectUri);
  if (hash !== "") return false;
  return protocol === "https:" || (protocol === "http:" && LOOPBACK_HOSTS.includes(hostname));
};

/** The redirect URI with parameters added; the query that it already has stays. */
export const toRedirect = (
  request: AuthorizeRequest,
  parameters: Readonly<Record<string, string>>,
  dropsState: boolean,
): string => {
  const added = new URLSearchParams(parameters);
  if (request.state !== undefined && !dropsState) added.set("state", request.state);
  const separator = request.redirectUri.includes("?") ? "&" : "?";
  return `${request.redirectUri}${separator}${added.toString()}`;
};
