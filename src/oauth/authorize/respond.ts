const OURS: ReadonlySet<string> = new Set([
  "code",
  "state",
  "iss",
  "error",
  "error_description",
  "error_uri",
]);
// RFC 6749 §4.1.2.1: what a description may not contain.
const NOT_IN_A_DESCRIPTION = /[^\x20\x21\x23-\x5b\x5d-\x7e]/g;

/** Where and how the answer of an authorization request goes back. */
export interface WayBack {
  readonly redirectUri: string;
  readonly state?: string;
  readonly issuer: string;
}

/** The redirect with a code (RFC 6749 §4.1.2), with `state` as it came and `iss` (RFC 9207 §2). */
export const toCodeRedirect = (way: WayBack, code: string): string => toRedirect(way, { code });

/** The redirect with an error (RFC 6749 §4.1.2.1), with `state` as it came and `iss` (RFC 9207 §2). */
export const toErrorRedirect = (way: WayBack, error: string, description: string): string =>
  toRedirect(way, {
    error,
    error_description: description.replaceAll(NOT_IN_A_DESCRIPTION, ""),
  });

/**
 * Appends to the URI as a string: a URL object would rewrite what the client registered. Parameters of
 * the URI's own query that have our names are dropped, so that `iss` and `code` are there exactly once
 * whatever was registered.
 */
const toRedirect = (way: WayBack, answer: Readonly<Record<string, string>>): string => {
  const [base = "", ...rest] = way.redirectUri.split("?");
  const kept = rest
    .join("?")
    .split("&")
    .filter((pair) => pair !== "" && !OURS.has(nameOf(pair)));
  const added = new URLSearchParams({
    ...answer,
    ...(way.state === undefined ? {} : { state: way.state }),
    iss: way.issuer,
  });
  return `${base}?${[...kept, added.toString()].join("&")}`;
};

const nameOf = (pair: string): string => [...new URLSearchParams(pair).keys()][0] ?? "";
