import { createPrivateKey, type KeyObject } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { createSecureContext } from "node:tls";
import type { Clock } from "../core/clock.ts";
import { toEpochSeconds } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { Secret } from "../core/secret.ts";
import { toSecret } from "../core/secret.ts";
import { daysLeft, judgeValidity, type TlsPair, toDate, toTlsOptions } from "../core/tls-pair.ts";
import { readCertificates } from "./certificate-chain.ts";

/** Where the certificate and its key lie. */
export interface TlsFiles {
  /** PEM: the certificate of the server first, then those that lead to its root. */
  readonly certificatePath: string;
  /** PEM: PKCS #8, or the older forms that OpenSSL reads. */
  readonly keyPath: string;
  /** What opens an encrypted key. */
  readonly passphrase?: Secret;
}

/**
 * Reads and judges the pair. Fails with what is wrong and, after a semicolon, what would be right; never
 * with a part of the key. The time is left to the caller, as a server may start with what it has.
 */
export const readTlsPair = async (files: TlsFiles): Promise<Result<TlsPair, string>> => {
  const certificate = await readText("TLS_CERT_FILE", files.certificatePath);
  if (!certificate.ok) return certificate;
  const keyText = await readText("TLS_KEY_FILE", files.keyPath);
  if (!keyText.ok) return keyText;
  const [first] = readCertificates(certificate.value) ?? [];
  if (first === undefined) {
    return fail(
      `TLS_CERT_FILE: "${files.certificatePath}" is not a whole certificate in PEM; give the file that begins with BEGIN CERTIFICATE, such as fullchain.pem`,
    );
  }
  const key = openKey(keyText.value, files);
  if (!key.ok) return key;
  if (!first.checkPrivateKey(key.value)) {
    return fail(
      `TLS_KEY_FILE: the key in "${files.keyPath}" is not that of the first certificate in "${files.certificatePath}"; give the two files that were made together, with the server's own certificate first`,
    );
  }
  const { passphrase } = files;
  const pair = {
    certificate: certificate.value,
    key: toSecret(keyText.value),
    ...(passphrase !== undefined && { passphrase }),
    validFrom: toEpochSeconds(first.validFromDate.getTime() / 1000),
    validUntil: toEpochSeconds(first.validToDate.getTime() / 1000),
    isKeyOpen: await isReadByAll(files.keyPath),
  };
  const refusal = findRefusal(pair);
  return refusal === undefined ? ok(pair) : fail(refusal);
};

/** Reads the pair. Throws `AppError("config_invalid")` for files that cannot be used. */
export const requireTlsPair = async (files: TlsFiles): Promise<TlsPair> => {
  const read = await readTlsPair(files);
  if (!read.ok) throw new AppError("config_invalid", read.failure);
  return read.value;
};

/**
 * Reads the pair that a server starts with, and warns where the certificate is not valid at this time or
 * ends soon, or the key lies open. Throws as {@link requireTlsPair} does.
 */
export const openTlsPair = async (
  files: TlsFiles,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): Promise<TlsPair> => {
  const pair = await requireTlsPair(files);
  const now = clock.nowSeconds();
  const fields = { validUntil: toDate(pair.validUntil) };
  switch (judgeValidity(pair, now)) {
    case "expired":
      log.warn("the certificate has expired, so clients refuse it; renew it", fields);
      break;
    case "early":
      log.warn("the certificate is not valid yet, so clients refuse it", {
        validFrom: toDate(pair.validFrom),
      });
      break;
    case "ending":
      log.warn("the certificate ends soon; renew it", { ...fields, days: daysLeft(pair, now) });
      break;
    case "good":
      break;
  }
  if (pair.isKeyOpen) {
    log.warn("everybody on this machine can read the key of the certificate; run chmod o-r on it", {
      path: files.keyPath,
    });
  }
  return pair;
};

const readText = async (setting: string, path: string): Promise<Result<string, string>> =>
  readFile(path, "utf8").then(ok, (cause: unknown) =>
    fail(
      `${setting}: "${path}" cannot be read (${toCode(cause)}); give a file that the user of this server may read`,
    ),
  );

const openKey = (text: string, { keyPath, passphrase }: TlsFiles): Result<KeyObject, string> => {
  try {
    return ok(
      createPrivateKey({
        key: text,
        ...(passphrase !== undefined && { passphrase: passphrase.reveal() }),
      }),
    );
  } catch {
    // OpenSSL words an empty, broken or locked key differently from version to version.
    if (!/-----BEGIN ENCRYPTED|^Proc-Type: 4,ENCRYPTED/mu.test(text)) {
      return fail(
        `TLS_KEY_FILE: "${keyPath}" is not a whole private key in PEM; give the file that begins with BEGIN PRIVATE KEY, such as privkey.pem`,
      );
    }
    return fail(
      passphrase === undefined
        ? `TLS_KEY_PASSPHRASE: missing while the key in "${keyPath}" is encrypted; set it, or give a key without a passphrase`
        : `TLS_KEY_PASSPHRASE: does not open the key in "${keyPath}"; give the one that the key was made with`,
    );
  }
};

/** Why TLS does not take what fits together, such as a key that is too short. */
const findRefusal = (
  pair: Pick<TlsPair, "certificate" | "key" | "passphrase">,
): string | undefined => {
  try {
    createSecureContext(toTlsOptions(pair));
    return undefined;
  } catch (cause) {
    return `TLS_CERT_FILE: TLS does not take the certificate and its key (${toCode(cause)}); have new ones made, with RSA of 2048 bits or more, or with P-256`;
  }
};

/** A folder between may keep others out, which is not seen here. */
const isReadByAll = async (path: string): Promise<boolean> =>
  process.platform !== "win32" &&
  stat(path).then(
    ({ mode }) => (mode & 0o004) !== 0,
    () => false,
  );

const toCode = (cause: unknown): string =>
  cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
