import { fail, ok, type Result } from "../core/result.ts";

/** What a pasted address is compared with. */
export interface ExpectedAddress {
  readonly redirectUri: string;
  /** The address that was printed; its query has the state. */
  readonly authorizeUrl: string;
}

/**
 * Reads the address that the browser ended on. It must be the redirect URI with a code or an error, and
 * the state of this very sign-in, if GoHighLevel sent one back. The failure says what was pasted in
 * its place and what to do; it repeats nothing of the query, which may hold a code.
 */
export const readPastedAddress = (
  text: string,
  expected: ExpectedAddress,
): Result<URLSearchParams, string> => {
  const pasted = text.trim().replace(/^["'<]+|["'>]+$/gu, "");
  const url = URL.parse(pasted);
  if (url === null) return fail(explainNoAddress(pasted, expected));
  if (isAuthorizeUrl(url, expected)) {
    return fail(
      "that is the address to open, not the one to paste: open it, choose at GoHighLevel, and paste the address that the browser shows afterwards",
    );
  }
  return isRedirectUri(url, expected.redirectUri)
    ? readQuery(url.searchParams, expected)
    : fail(
        `that address is not the redirect URI: it must begin with ${expected.redirectUri}; if the browser really ended there, set GHL_REDIRECT_URI to what the app has`,
      );
};

const explainNoAddress = (pasted: string, { redirectUri }: ExpectedAddress): string =>
  /^[\w.~-]{8,}$/u.test(pasted)
    ? `that looks like the code alone: paste the whole address, from ${redirectUri} to its end, because it also shows that it belongs to this sign-in`
    : `that is not an address: paste the whole line of the browser's address bar, which begins with ${redirectUri}`;

const isAuthorizeUrl = (url: URL, { authorizeUrl }: ExpectedAddress): boolean => {
  const own = new URL(authorizeUrl);
  const isPage = url.origin === own.origin && url.pathname === own.pathname;
  return isPage || (url.searchParams.has("client_id") && url.searchParams.has("response_type"));
};

/** Origin and path alike, and every parameter that the redirect URI itself has. */
const isRedirectUri = (url: URL, redirectUri: string): boolean => {
  const wanted = new URL(redirectUri);
  return (
    url.origin === wanted.origin &&
    url.pathname === wanted.pathname &&
    [...wanted.searchParams].every(([name, value]) => url.searchParams.getAll(name).includes(value))
  );
};

const readQuery = (
  query: URLSearchParams,
  { authorizeUrl }: ExpectedAddress,
): Result<URLSearchParams, string> => {
  if (!query.has("code") && !query.has("error")) {
    return fail(
      "that address has no code: paste the one that GoHighLevel sent the browser to, before anything on the page changed it",
    );
  }
  const states = query.getAll("state");
  const own = new URL(authorizeUrl).searchParams.get("state");
  return states.every((state) => state === "" || state === own)
    ? ok(query)
    : fail(
        "that address belongs to another sign-in: its state differs; open the address printed above and paste where that one ends",
      );
};
