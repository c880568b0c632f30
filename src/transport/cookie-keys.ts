/** The keyed functions behind cookies and form tokens; wired from crypto in app.ts. */
export interface CookieKeys {
  /** A keyed digest for one purpose, base64url. */
  mac(purpose: string, value: string): string;
  /** Compares in constant time. */
  equal(a: string, b: string): boolean;
  /** At least 128 random bits, base64url. */
  random(): string;
}
