import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from "node:crypto";
import { AppError } from "../core/errors.ts";
import type { Keyring } from "./keyring.ts";
import type { Random } from "./random.ts";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const DATA_KEY_BYTES = 32;

/**
 * Encrypts a text for one address: `v1.<kid>.<nonce>.<wrapped data key>.<nonce>.<ciphertext+tag>`.
 * Each blob has a fresh data key, wrapped under the active master key, so a change of master key
 * rewraps 48 bytes and leaves the data alone. Both layers are AES-256-GCM and both authenticate
 * `ghl-mcp|v1|<aad>`: a blob that is moved to another record does not open there.
 */
// oxlint-disable-next-line max-params -- two tools and two strings read better flat, beside `open`
export const seal = (keyring: Keyring, random: Random, aad: string, plaintext: string): string =>
  fillSeal(prepareSeal(keyring, random, aad), random, plaintext);

/** A blob without its content. Whoever has it can seal one text, and needs no master key for that. */
export interface PreparedSeal {
  readonly aad: string;
  /** The blob up to the wrapped data key. */
  readonly head: string;
  /** In base64url. */
  readonly dataKey: string;
}

/** Makes the data key of one blob and wraps it. */
export const prepareSeal = (keyring: Keyring, random: Random, aad: string): PreparedSeal => {
  const dataKey = random.bytes(DATA_KEY_BYTES);
  const lock = { key: keyring.active.key, nonce: random.bytes(NONCE_BYTES), bound: bind(aad) };
  const head = ["v1", keyring.active.kid, ...encrypt(lock, dataKey)].join(".");
  return { aad, head, dataKey: dataKey.toString("base64url") };
};

/** The blob of {@link seal}, from a prepared one and its content. To be used once. */
export const fillSeal = (prepared: PreparedSeal, random: Random, plaintext: string): string => {
  const key = createSecretKey(Buffer.from(prepared.dataKey, "base64url"));
  const lock = { key, nonce: random.bytes(NONCE_BYTES), bound: bind(prepared.aad) };
  return [prepared.head, ...encrypt(lock, Buffer.from(plaintext, "utf8"))].join(".");
};

/**
 * Decrypts a blob of {@link seal}. Throws `AppError("storage_corrupt")` if it is not one, was changed
 * in any bit, belongs to another address, or was sealed under a key that is not in the ring; the
 * message names the address and an unknown key id, never content.
 */
export const open = (keyring: Keyring, aad: string, blob: string): string => {
  const parts = parse(aad, blob);
  return guarded(aad, () => {
    const key = createSecretKey(unwrap(keyring, aad, parts));
    return decrypt({ key, bound: bind(aad) }, parts.nonce, parts.ciphertext).toString("utf8");
  });
};

/**
 * Wraps the data key of a blob again, under the active master key; what is encrypted with the data key
 * stays as it is, byte for byte. A blob that is under the active key already comes back unchanged.
 * Throws `AppError("storage_corrupt")` if the data key does not open.
 */
// oxlint-disable-next-line max-params -- the same four as `seal`
export const rewrap = (keyring: Keyring, random: Random, aad: string, blob: string): string => {
  const parts = parse(aad, blob);
  const { kid, key } = keyring.active;
  if (parts.kid === kid) return blob;
  return guarded(aad, () => {
    const dataKey = unwrap(keyring, aad, parts);
    const lock = { key, nonce: random.bytes(NONCE_BYTES), bound: bind(aad) };
    return ["v1", kid, ...encrypt(lock, dataKey), parts.nonce, parts.ciphertext].join(".");
  });
};

/** The id of the master key that a value is sealed under; undefined for a value that is not sealed. */
export const findKid = (value: string): string | undefined => SEALED.exec(value)?.[1];

// Lengths follow from those of nonce (12 bytes), wrapped key (48) and tag (16); text of ours that is not
// sealed is JSON or an id, and has no dots in these places.
const SEALED = /^v1\.([\w-]{8})\.[\w-]{16}\.[\w-]{64}\.[\w-]{16}\.[\w-]{22,}$/u;

interface Parts {
  readonly kid: string;
  readonly wrapNonce: string;
  readonly wrappedKey: string;
  readonly nonce: string;
  readonly ciphertext: string;
}

const parse = (aad: string, blob: string): Parts => {
  const [format, kid, wrapNonce, wrappedKey, nonce, ciphertext, ...rest] = blob.split(".");
  if (
    format !== "v1" ||
    kid === undefined ||
    wrapNonce === undefined ||
    wrappedKey === undefined ||
    nonce === undefined ||
    ciphertext === undefined ||
    rest.length > 0
  ) {
    throw corrupt(aad, "is not a sealed value");
  }
  return { kid, wrapNonce, wrappedKey, nonce, ciphertext };
};

const unwrap = (keyring: Keyring, aad: string, parts: Parts): Buffer => {
  const master = keyring.find(parts.kid);
  if (master === undefined) {
    throw corrupt(
      aad,
      `was sealed with master key "${printable(parts.kid)}", which is not among those given (${keyring.kids.join(", ")})`,
    );
  }
  return decrypt({ key: master.key, bound: bind(aad) }, parts.wrapNonce, parts.wrappedKey);
};

const guarded = (aad: string, run: () => string): string => {
  try {
    return run();
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw corrupt(aad, "does not open: it was changed, or belongs to another record", cause);
  }
};

const bind = (aad: string): Buffer => Buffer.from(`ghl-mcp|v1|${aad}`, "utf8");

const encrypt = (
  lock: { readonly key: KeyObject; readonly nonce: Buffer; readonly bound: Buffer },
  data: Buffer,
): [nonce: string, ciphertextAndTag: string] => {
  const cipher = createCipheriv("aes-256-gcm", lock.key, lock.nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(lock.bound);
  const ciphertext = Buffer.concat([cipher.update(data), cipher.final(), cipher.getAuthTag()]);
  return [lock.nonce.toString("base64url"), ciphertext.toString("base64url")];
};

const decrypt = (
  lock: { readonly key: KeyObject; readonly bound: Buffer },
  nonce: string,
  ciphertextAndTag: string,
): Buffer => {
  const data = decode(ciphertextAndTag);
  const tagStart = data.length - TAG_BYTES;
  if (tagStart < 0) throw new RangeError("shorter than its tag");
  const decipher = createDecipheriv("aes-256-gcm", lock.key, decode(nonce), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(lock.bound);
  decipher.setAuthTag(data.subarray(tagStart));
  return Buffer.concat([decipher.update(data.subarray(0, tagStart)), decipher.final()]);
};

// Node's decoder skips what it does not know and ignores spare bits: only the one canonical spelling
// of a value may pass, or a blob could be changed and still open.
const decode = (text: string): Buffer => {
  const bytes = Buffer.from(text, "base64url");
  if (bytes.toString("base64url") !== text) throw new RangeError("not canonical base64url");
  return bytes;
};

const printable = (kid: string): string => kid.slice(0, 16).replaceAll(/[^A-Za-z0-9_-]/g, "?");

const corrupt = (aad: string, problem: string, cause?: unknown): AppError =>
  new AppError("storage_corrupt", `the record "${aad}" ${problem}`, { cause });
