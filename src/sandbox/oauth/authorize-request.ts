import { readScopes } from "../catalogue/read-catalogue.ts";
import { fail, ok, type Result } from "../../core/result.ts";

/** A sign-in that an app asked for, checked. */
export interface AuthorizeRequest {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  /** Echoed byte for byte; absent where the app sent none. */
  readonly state?: string;
}

/**
 * Checks the query of the chooselocation page. The failure is a text for the page: nothing is sent to
 * a redirect URI before the client and the URI have been accepted.
 */
export const readAuthorizeRequest = (
  parameters: URLSearchParams,
  clientId: string,
): Result<AuthorizeRequest, string> => {
  const redirectUri = parameters.get("redirect_uri") ?? "";
  const state = parameters.get("state");
  if (parameters.get("response_type") !== "code") {
    return fail("The app must ask with response_type=code.");
  }
  if (parameters.get("client_id") !== clientId) {
    return fail("No app with this client_id is known to the sandbox.");
  }
  if (!isAllowedRedirect(redirectUri)) {
    return fail("The redirect_uri must be an https address, or http on this machine.");
  }
  const asked = (parameters.get("scope") ?? "").split(/\s+/).filter((scope) => scope !== "");
  return ok({
    clientId,
    redirectUri,
    // An app that names no scope gets all that any operation asks for.
    scopes: asked.length === 0 ? readScopes() : [...new Set(asked)],
    ...(state === null ? {} : { state }),
  });
};

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
): string => {
  const added = new URLSearchParams(parameters);
  if (request.state !== undefined) added.set("state", request.state);
  const separator = request.redirectUri.includes("?") ? "&" : "?";
  return `${request.redirectUri}${separator}${added.toString()}`;
};
