import { type UpstreamSettings, getAppCredentials } from "./settings.ts";

/**
 * The address that a person's browser is sent to for choosing a location (gohighlevel.md §4.1). What
 * the configured URL has in its query stays, since white-label domains carry settings there; ours win
 * over parameters of the same name. `challenge` is that of PKCE, S256 (RFC 7636 §4.3).
 */
export const toAuthorizeUrl = (
  settings: UpstreamSettings,
  state: string,
  challenge?: string,
): string => {
  const url = new URL(settings.authorizeUrl);
  const parameters: Readonly<Record<string, string | undefined>> = {
    response_type: "code",
    client_id: getAppCredentials(settings).clientId,
    redirect_uri: settings.redirectUri,
    scope: settings.scopes.join(" "),
    state,
    version_id: settings.versionId,
    loginWindowOpenMode: "self",
    code_challenge: challenge,
    code_challenge_method: challenge === undefined ? undefined : "S256",
  };
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  // A plus for a space is right in forms only; not every reader of query strings undoes it.
  url.search = url.search.replaceAll("+", "%20");
  return url.href;
};

/** The address of an API path, with its query. */
export const toApiUrl = (
  settings: Pick<UpstreamSettings, "apiBaseUrl">,
  path: string,
  query: Readonly<Record<string, string>> = {},
): string => {
  const search = new URLSearchParams(query).toString();
  return `${settings.apiBaseUrl}${path}${search === "" ? "" : `?${search}`}`;
};

/**
 * The marketplace app's id, which its client id starts with: `<appId>-<suffix>` (gohighlevel.md §4.1).
 */
export const toAppId = (clientId: string): string => clientId.split("-", 1)[0] ?? clientId;
