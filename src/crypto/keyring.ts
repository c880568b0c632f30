import { createHmac, createSecretKey, hash, hkdfSync, type KeyObject } from "node:crypto";
import { AppError } from "../core/errors.ts";
import type { Secret } from "../core/secret.ts";

const KEY_BYTES = 32;
const BASE64_KEY = /^[A-Za-z0-9+/_-]{43}=?$/;

/** A master key as the envelope needs it. */
export interface WrappingKey {
  /** Names the key inside blobs: 8 characters from a hash of it, which tell nothing about it. */
  readonly kid: string;
  /** Derived from the master key for wrapping data keys only. */
  readonly key: KeyObject;
}

/** The master keys of this server. Holds key objects only; nothing here can print a key. */
export interface Keyring {
  /** The key that new blobs are sealed under. */
  readonly active: WrappingKey;
  /** The ids of all keys, the active one first. */
  readonly kids: readonly string[];
  /** The wrapping key of this id; undefined if the ring does not hold it. */
  find(kid: string): WrappingKey | undefined;
  /** A key of its own for one purpose, from the active master key (HKDF-SHA256, RFC 5869). */
  derive(purpose: string): KeyObject;
}

/**
 * Makes a key ring from base64 keys of 32 bytes (base64url is fine too): the first encrypts, all
 * decrypt. Throws `AppError("master_key_invalid")` if there is none or one is malformed, without
 * showing it.
 */
export const createKeyring = (keys: readonly Secret[]): Keyring => {
  const masters = keys.map(parseKey);
  const wrapping = masters.map((master) => ({
    kid: hash("sha256", Buffer.concat([Buffer.from("ghl-mcp|kid|"), master]), "base64url").slice(
      0,
      8,
    ),
    key: expand(master, "wrap"),
  }));
  const [first] = masters;
  const [active] = wrapping;
  if (first === undefined || active === undefined) {
    throw new AppError("master_key_invalid", `no master key is given; ${HOW_TO_MAKE_ONE}`);
  }
  const derived = new Map<string, KeyObject>();
  return {
    active,
    kids: wrapping.map((key) => key.kid),
    find: (kid) => wrapping.find((key) => key.kid === kid),
    derive: (purpose) => {
      const known = derived.get(purpose);
      if (known !== undefined) return known;
      const key = expand(first, `derive|${purpose}`);
      derived.set(purpose, key);
      return key;
    },
  };
};

/** The HMAC-SHA256 of a value under the purpose's own key, in base64url. */
export const mac = (keyring: Keyring, purpose: string, value: string): string =>
  createHmac("sha256", keyring.derive(purpose)).update(value).digest("base64url");

const HOW_TO_MAKE_ONE = "make one with: openssl rand -base64 32";

const parseKey = (secret: Secret, index: number): Buffer => {
  const text = secret.reveal().trim();
  const bytes = Buffer.from(text, "base64");
  // The pattern first: Buffer.from skips characters it does not know, and would take a mangled key.
  if (!BASE64_KEY.test(text) || bytes.length !== KEY_BYTES) {
    throw new AppError(
      "master_key_invalid",
      `master key ${index + 1} must be ${KEY_BYTES} bytes in base64 (44 characters); ${HOW_TO_MAKE_ONE}`,
    );
  }
  return bytes;
};

const expand = (master: Buffer, info: string): KeyObject =>
  createSecretKey(Buffer.from(hkdfSync("sha256", master, "", `ghl-mcp|v1|${info}`, KEY_BYTES)));
