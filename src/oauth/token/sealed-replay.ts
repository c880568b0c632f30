import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";
import type { Random } from "../../crypto/random.ts";

const CIPHER = "aes-256-gcm";
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const INFO = "ghl-mcp|v1|refresh replay";

/**
 * Seals a token response so that only who presents the refresh token again can open it: AES-256-GCM
 * under a key from HKDF-SHA256 (RFC 5869) of that token. The store alone never gives the tokens away.
 */
export const sealReplay = (random: Random, presented: string, plaintext: string): string => {
  const nonce = random.bytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, toKey(presented), nonce);
  const sealed = [nonce, cipher.update(plaintext, "utf8"), cipher.final(), cipher.getAuthTag()];
  return Buffer.concat(sealed).toString("base64url");
};

/** Opens what {@link sealReplay} sealed under the same token; throws for any other. */
export const openReplay = (presented: string, sealed: string): string => {
  const bytes = Buffer.from(sealed, "base64url");
  const decipher = createDecipheriv(CIPHER, toKey(presented), bytes.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  const opened = [decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()];
  return Buffer.concat(opened).toString("utf8");
};

const toKey = (presented: string): Uint8Array =>
  new Uint8Array(hkdfSync("sha256", presented, "", INFO, KEY_BYTES));
