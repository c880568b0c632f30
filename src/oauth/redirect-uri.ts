import type { RedirectUriProblem } from "./failure.ts";

const MAX_BYTES = 512;
const PRINTABLE_ASCII = /^[\x21-\x7e]+$/;
// RFC 3986 leaves these out of every URI; browsers read "\" as "/", which moves the host.
const NEVER_IN_A_URI = /[\\<>"{}|^`]/;
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):/;
// Host and port as literals: no user name, no percent-encoding, no second reading of the host.
const HTTPS_URI = /^https:\/\/(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?(?=[/?]|$)/i;
const LOOPBACK_URI = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(?::(\d{1,5}))?((?:[/?].*)?)$/;
const LOOPBACK_NAME = /^(?:localhost|.*\.localhost|127(?:\.\d+){0,3}|\[::1\])\.?$/i;

/**
 * Schemes that run script, read local data, open other programs or carry data in themselves. What is
 * left are private-use schemes of installed applications (RFC 8252 §7.1).
 */
const FORBIDDEN_SCHEMES: ReadonlySet<string> = new Set([
  "about",
  "android-app",
  "blob",
  "chrome",
  "data",
  "file",
  "filesystem",
  "ftp",
  "ftps",
  "intent",
  "jar",
  "javascript",
  "livescript",
  "mailto",
  "mhtml",
  "mocha",
  "ms-msdt",
  "res",
  "resource",
  "search-ms",
  "sms",
  "tel",
  "urn",
  "vbscript",
  "view-source",
  "ws",
  "wss",
  "wyciwyg",
]);

/**
 * What is wrong with a redirect URI that a client wants to register; undefined if it may. Allowed:
 * https to a host that is not loopback, http to `localhost`, `127.0.0.1` or `[::1]` on any port (RFC
 * 8252 §7.3), and private-use schemes outside of a list of dangerous ones.
 */
export const findRedirectUriProblem = (uri: string): RedirectUriProblem | undefined => {
  if (Buffer.byteLength(uri) > MAX_BYTES) return "too_long";
  const scheme = SCHEME.exec(uri)?.[1]?.toLowerCase();
  if (scheme === undefined || !isPlainUri(uri)) return "malformed";
  if (uri.includes("#")) return "fragment";
  if (FORBIDDEN_SCHEMES.has(scheme)) return "forbidden_scheme";
  if (hasUserinfo(uri)) return "userinfo";
  if (scheme === "http") return findHttpProblem(uri);
  if (scheme === "https") return findHttpsProblem(uri);
  return uri.length > scheme.length + 1 ? undefined : "malformed";
};

/**
 * Whether a presented redirect URI is the registered one: the same string, or a loopback http URI that
 * differs in the port alone (RFC 8252 §7.3). `localhost` and `127.0.0.1` are different hosts.
 */
export const matchesRedirectUri = (registered: string, presented: string): boolean => {
  if (registered === presented) return true;
  const one = LOOPBACK_URI.exec(registered);
  const other = LOOPBACK_URI.exec(presented);
  if (one === null || other === null) return false;
  return one[1] === other[1] && one[3] === other[3] && isPort(other[2]);
};

/** Where a redirect URI leads, as a person should see it: the host, or `scheme:` for an application. */
export const describeRedirectUri = (
  uri: string,
): { readonly host: string; readonly isLoopback: boolean } => {
  const url = new URL(uri);
  const isWeb = url.protocol === "https:" || url.protocol === "http:";
  return { host: isWeb ? url.host : url.protocol, isLoopback: LOOPBACK_URI.test(uri) };
};

const isPlainUri = (uri: string): boolean =>
  PRINTABLE_ASCII.test(uri) && !NEVER_IN_A_URI.test(uri) && URL.canParse(uri);

const hasUserinfo = (uri: string): boolean => {
  const { username, password } = new URL(uri);
  return username !== "" || password !== "";
};

const findHttpProblem = (uri: string): RedirectUriProblem | undefined => {
  const loopback = LOOPBACK_URI.exec(uri);
  return loopback !== null && isPort(loopback[2]) ? undefined : "cleartext";
};

const findHttpsProblem = (uri: string): RedirectUriProblem | undefined => {
  if (!HTTPS_URI.test(uri)) return "malformed";
  return LOOPBACK_NAME.test(new URL(uri).hostname) ? "https_loopback" : undefined;
};

const isPort = (digits: string | undefined): boolean =>
  digits === undefined || (Number(digits) >= 1 && Number(digits) <= 65_535);
