import { equalSecret, hashToken } from "../crypto/hash.ts";

// RFC 7636 §4.1: 43 to 128 unreserved characters.
const VERIFIER = /^[A-Za-z0-9\-._~]{43,128}$/;
// RFC 7636 §4.2: an S256 challenge is a SHA-256 in base64url, which has exactly this length.
const CHALLENGE = /^[A-Za-z0-9_-]{43}$/;

/** Whether a string can be an S256 code challenge. */
export const isCodeChallenge = (value: string): boolean => CHALLENGE.test(value);

/** Whether the verifier belongs to the challenge (RFC 7636 §4.6, S256); constant time. */
export const verifiesChallenge = (verifier: string, challenge: string): boolean =>
  VERIFIER.test(verifier) && equalSecret(hashToken(verifier), challenge);
