import type { CookieKeys } from "./cookie-keys.ts";
import { serializeCookie } from "./cookies.ts";

/** A browser, told apart from others by a cookie that only we can make. */
export interface BrowserSession {
  readonly browserId: string;
  /** The Set-Cookie value, where the browser has no cookie of ours yet. */
  readonly setCookie?: string;
}

/**
 * Ties the consent form to the browser that it was shown in (attack cases B03, B04). The form's token
 * is computed from transaction and browser, not stored: showing the page twice leaves the first form
 * valid (B12), and two authorizations in one browser do not disturb each other (B14).
 */
export const createBrowserSessions = (keys: CookieKeys) => {
  const sign = (browserId: string): string => keys.mac("browser-cookie", browserId);

  /** The browser of these cookies; a missing, forged or edited cookie counts as none (B11). */
  const find = (cookies: ReadonlyMap<string, string>): string | undefined => {
    const [browserId, signature, ...rest] = (cookies.get(COOKIE_NAME) ?? "").split(".");
    if (browserId === undefined || signature === undefined || rest.length > 0) return undefined;
    return keys.equal(signature, sign(browserId)) ? browserId : undefined;
  };

  /** Both parts are ours or checked and contain no dot, so that no two pairs give one text. */
  const csrfToken = (transactionId: string, browserId: string): string =>
    keys.mac("consent-csrf", `${browserId}.${transactionId}`);

  return {
    /** The browser's session, a new one if it has none. */
    open(cookies: ReadonlyMap<string, string>): BrowserSession {
      const known = find(cookies);
      if (known !== undefined) return { browserId: known };
      const browserId = keys.random();
      const value = `${browserId}.${sign(browserId)}`;
      return { browserId, setCookie: serializeCookie({ name: COOKIE_NAME, value }) };
    },
    csrfToken,
    /** Whether this form was shown, for this transaction, in the browser of these cookies. */
    isFormOfBrowser(
      cookies: ReadonlyMap<string, string>,
      form: { readonly transactionId: string; readonly csrfToken: string },
    ): boolean {
      const browserId = find(cookies);
      return (
        browserId !== undefined &&
        keys.equal(form.csrfToken, csrfToken(form.transactionId, browserId))
      );
    },
  };
};

/** Told apart browsers and form tokens. */
export type BrowserSessions = ReturnType<typeof createBrowserSessions>;

const COOKIE_NAME = "__Host-ghlmcp-browser";
