import { hash, timingSafeEqual } from "node:crypto";

/**
 * The SHA-256 of a string in base64url, 43 characters. Fit for storing secrets of 128 random bits and
 * more, never for passwords.
 */
export const hashToken = (value: string): string => hash("sha256", value, "base64url");

/**
 * Whether two secrets are the same, in a time that does not depend on where they differ. Both are
 * hashed first, so their lengths may differ and do not show either.
 */
export const equalSecret = (a: string, b: string): boolean =>
  timingSafeEqual(hash("sha256", a, "buffer"), hash("sha256", b, "buffer"));
