import type { Result } from "../core/result.ts";
import { fail, ok } from "../core/result.ts";
import type { Secret } from "../core/secret.ts";
import { toSecret } from "../core/secret.ts";
import {
  type AwsSecretReference,
  isAwsReference,
  readAwsReference,
} from "./master-key-reference.ts";
import { followReference, type SecretReferences } from "./secret-reference.ts";

/** A key of the ring, or where one is to be had at the start. */
export type KeyPart =
  | { readonly kind: "key"; readonly key: Secret }
  | { readonly kind: "aws"; readonly reference: AwsSecretReference };

/**
 * Reads a MASTER_KEY: keys of 32 bytes in base64 and references (`file:`, `env:`,
 * `aws-secretsmanager:`) to such keys, separated by spaces or commas. AWS is not asked here. Fails with
 * what is wrong, which never contains a key.
 */
export const readMasterKeys = (
  text: string,
  references: SecretReferences,
): Result<readonly KeyPart[], string> => {
  const parts: KeyPart[] = [];
  for (const part of splitKeys(text)) {
    if (isAwsReference(part)) {
      const reference = readAwsReference(part);
      if (!reference.ok) return reference;
      parts.push({ kind: "aws", reference: reference.value });
      continue;
    }
    const resolved = resolve(part, references);
    if (!resolved.ok) return resolved;
    for (const candidate of splitKeys(resolved.value)) {
      const key = toStandardBase64(candidate);
      if (key === undefined) return fail(`${describe(part)} is not 32 bytes in base64`);
      parts.push({ kind: "key", key: toSecret(key) });
    }
  }
  return parts.length === 0 ? fail("no key was found") : ok(parts);
};

/** The key in padded base64 if it is 32 bytes in base64 or base64url, with or without padding. */
export const toStandardBase64 = (text: string): string | undefined => {
  const normal = text.replaceAll("-", "+").replaceAll("_", "/").replace(/=+$/u, "");
  if (!/^[A-Za-z0-9+/]{43}$/u.test(normal)) return undefined;
  return Buffer.from(normal, "base64").toString("base64");
};

/** The parts of a list of keys. */
export const splitKeys = (text: string): readonly string[] =>
  text.split(/[\s,]+/u).filter((part) => part !== "");

const resolve = (part: string, references: SecretReferences): Result<string, string> => {
  const followed = followReference(part, references);
  if (followed !== undefined) return followed;
  const [, kind] = /^([a-z][a-z-]*):/u.exec(part) ?? [];
  return kind === undefined
    ? ok(part)
    : fail(
        `"${kind}:" is not a kind of reference; supported are file:, env: and aws-secretsmanager:`,
      );
};

/** Names a part without repeating a key. */
const describe = (part: string): string =>
  /^(?:file|env):/u.test(part) ? `what "${part}" points to` : "a key";
