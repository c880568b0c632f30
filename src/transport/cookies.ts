/**
 * The cookies of a request by name. Of several with one name the first counts: browsers send the most
 * specific path first (RFC 6265 §5.4), and `__Host-` cookies can exist only once.
 */
export const parseCookies = (header: string | undefined): ReadonlyMap<string, string> => {
  const cookies = new Map<string, string>();
  for (const pair of (header ?? "").split(";")) {
    const equals = pair.indexOf("=");
    if (equals < 1) continue;
    const name = pair.slice(0, equals).trim();
    if (!cookies.has(name)) cookies.set(name, pair.slice(equals + 1).trim());
  }
  return cookies;
};

/** A cookie of ours. Without `maxAgeSeconds` it ends with the browser session. */
export interface CookieToSet {
  readonly name: string;
  readonly value: string;
  readonly maxAgeSeconds?: number;
}

/**
 * The Set-Cookie value: Secure, HttpOnly, SameSite=Lax, Path=/, no Domain, which `__Host-` demands
 * (RFC 6265bis §4.1.3.2). Browsers take Secure cookies on http://localhost too. Throws for a name
 * or value that is not ours to set: both are made of safe characters by construction.
 */
export const serializeCookie = (cookie: CookieToSet): string => {
  if (!NAME.test(cookie.name) || !VALUE.test(cookie.value)) {
    throw new Error(`cookie "${cookie.name}" has a name or value that cannot be set`);
  }
  const maxAge = cookie.maxAgeSeconds === undefined ? "" : `; Max-Age=${cookie.maxAgeSeconds}`;
  return `${cookie.name}=${cookie.value}; Path=/; Secure; HttpOnly; SameSite=Lax${maxAge}`;
};

/** The Set-Cookie value that removes a cookie. */
export const clearCookie = (name: string): string =>
  serializeCookie({ name, value: "", maxAgeSeconds: 0 });

const NAME = /^__Host-ghlmcp-[A-Za-z0-9_-]+$/u;
/** The characters of RFC 6265 §4.1.1 that need no quotes. */
const VALUE = /^[!#-+\--:<-[\]-~]*$/u;
