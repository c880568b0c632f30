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
 * valid (B12), and two authorizations in one browser do not disturb each other (B14). Each id has a
 * cookie of its own name, because pages that a new browser loads at the same moment get one id each,
 * and none of them may push the others out.
 */
export const createBrowserSessions = (keys: CookieKeys) => {
  const sign = (browserId: string): string => keys.mac("browser-cookie", browserId);

  /** The ids of this browser; forged and edited cookies count as none (B11). */
  const findIds = (cookies: ReadonlyMap<string, string>): readonly string[] =>
    [...cookies]
      .filter(([name]) => name.startsWith(COOKIE_PREFIX))
      .slice(0, MOST_COOKIES)
      .flatMap(([name, value]) => {
        const [browserId = "", signature = "", ...rest] = value.split(".");
        const isOurs =
          name === toCookieName(browserId) &&
          rest.length === 0 &&
          keys.equal(signature, sign(browserId));
        return isOurs ? [browserId] : [];
      });

  /** Both parts are ours or checked and contain no dot, so that no two pairs give one text. */
  const csrfToken = (transactionId: string, browserId: string): string =>
    keys.mac("consent-csrf", `${browserId}.${transactionId}`);

  return {
    /** The browser's session, a new one if it has none. */
    open(cookies: ReadonlyMap<string, string>): BrowserSession {
      const [known] = findIds(cookies);
      if (known !== undefined) return { browserId: known };
      const browserId = keys.random();
      const value = `${browserId}.${sign(browserId)}`;
      return { browserId, setCookie: serializeCookie({ name: toCookieName(browserId), value }) };
    },
    csrfToken,
    /** Whether this form was shown, for this transaction, in the browser of these cookies. */
    isFormOfBrowser(
      cookies: ReadonlyMap<string, string>,
      form: { readonly transactionId: string; readonly csrfToken: string },
    ): boolean {
      return findIds(cookies).some((browserId) =>
        keys.equal(form.csrfToken, csrfToken(form.transactionId, browserId)),
      );
    },
  };
};

/** Told apart browsers and form tokens. */
export type BrowserSessions = ReturnType<typeof createBrowserSessions>;

const COOKIE_PREFIX = "__Host-ghlmcp-browser-";
/** An honest browser has one or two. */
const MOST_COOKIES = 10;

const toCookieName = (browserId: string): string => COOKIE_PREFIX + browserId.slice(0, 8);
