import { isLoopbackHostname } from "./allowed-hosts.ts";

/**
 * What every page carries (attack case B01). There is no `form-action` on purpose: Chromium applies it
 * to the redirects after a form too, and the consent form ends at the client's address (case B02).
 */
export const PAGE_HEADERS = {
  "content-security-policy":
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
  "cross-origin-opener-policy": "same-origin",
} as const;

/**
 * What every answer carries, pages or not. HSTS counts for every port of a host (RFC 6797 §8.3), so it is
 * never said of this machine, where other programs speak plain HTTP.
 */
export const baseHeaders = (publicUrl: string): Readonly<Record<string, string>> => ({
  "x-content-type-options": "nosniff",
  ...(isPublicHttps(new URL(publicUrl)) && { "strict-transport-security": "max-age=31536000" }),
});

const isPublicHttps = ({ hostname, protocol }: URL): boolean =>
  protocol === "https:" && !isLoopbackHostname(hostname);
