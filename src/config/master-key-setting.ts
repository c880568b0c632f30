import type { Result } from "../core/result.ts";
import { fail, ok } from "../core/result.ts";
import type { Secret } from "../core/secret.ts";
import { toSecret } from "../core/secret.ts";
import {
  type AwsSecretReference,
  isAwsReference,
  readAwsReference,
} from "./master-key-reference.ts";

/** Where references of a MASTER_KEY point to. */
export interface KeyReferences {
  /** The content of a file; undefined if it cannot be read. */
  readFile(path: string): string | undefined;
  /** The value of an environment variable, the .env file included. */
  readVariable(name: string): string | undefined;
}

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
  references: KeyReferences,
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

const resolve = (part: string, references: KeyReferences): Result<string, string> => {
  const reference = /^([a-z][a-z-]*):(.*)$/u.exec(part);
  const target = reference?.[2] ?? "";
  switch (reference?.[1]) {
    case undefined:
      return ok(part);
    case "file":
      return checkFound(references.readFile(target), `the file "${target}"`, "cannot be read");
    case "env":
      return checkFound(references.readVariable(target), `the variable "${target}"`, "is not set");
    default:
      return fail(
        `"${reference?.[1]}:" is not a kind of reference; supported are file:, env: and aws-secretsmanager:`,
      );
  }
};

const checkFound = (
  found: string | undefined,
  name: string,
  problem: string,
): Result<string, string> => {
  if (found === undefined) return fail(`${name} ${problem}`);
  return found.trim() === "" ? fail(`${name} is empty`) : ok(found);
};

/** Names a part without repeating a key. */
const describe = (part: string): string =>
  /^(?:file|env):/u.test(part) ? `what "${part}" points to` : "a key";
