import { constants } from "node:fs";
import { access, link, mkdir, open, readFile, stat, unlink } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { AppError } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import type { Secret } from "../core/secret.ts";
import { toSecret } from "../core/secret.ts";
import type { MasterKeyConfig } from "./config.ts";
import { readAwsKeys } from "./master-key-aws.ts";
import { toStandardBase64 } from "./master-key-setting.ts";

/** What making a key takes. */
export interface MasterKeyDeps {
  readonly random: { bytes(length: number): Buffer };
  readonly log: Logger;
}

/**
 * The master keys, the encrypting one first. For `generated`, reads the key file or makes it: several
 * processes that start at once agree on one key, and a half-written file is never seen. Throws
 * `AppError("master_key_invalid")` if the file is malformed, or missing beside an existing database;
 * `storage_unavailable` if the folder cannot be used. For `referenced`, asks AWS and throws what
 * {@link readAwsKeys} does.
 */
export const loadMasterKeys = async (
  config: MasterKeyConfig,
  deps: MasterKeyDeps,
): Promise<readonly Secret[]> => {
  switch (config.source) {
    case "given":
      return config.keys;
    case "ephemeral":
      return [toSecret(makeKey(deps))];
    case "generated":
      return [await findOrMakeKey(config, deps)];
    case "referenced":
      return readReferencedKeys(config);
  }
};

/** In the order in which they were given, since the first encrypts. */
const readReferencedKeys = async (
  config: Extract<MasterKeyConfig, { readonly source: "referenced" }>,
): Promise<readonly Secret[]> => {
  const keys: Secret[] = [];
  for (const part of config.parts) {
    if (part.kind === "key") keys.push(part.key);
    else keys.push(...(await readAwsKeys(part.reference, config.aws)));
  }
  return keys;
};

type GeneratedKey = Extract<MasterKeyConfig, { readonly source: "generated" }>;

const findOrMakeKey = async (config: GeneratedKey, deps: MasterKeyDeps): Promise<Secret> => {
  const found = await readKeyFile(config.path, deps.log);
  if (found !== undefined) return found;
  if (await exists(config.databasePath)) {
    // Another process may have made both since the first look; the key always comes before the database.
    const late = await readKeyFile(config.path, deps.log);
    if (late !== undefined) return late;
    throw new AppError("master_key_invalid", missingKey(config));
  }
  try {
    await makeKeyFile(config.path, deps);
  } catch (cause) {
    throw new AppError(
      "storage_unavailable",
      `the key file "${config.path}" cannot be made (${errorCode(cause)}); make its folder writable, or set STORAGE_URL to another place`,
      { cause },
    );
  }
  const made = await readKeyFile(config.path, deps.log);
  if (made === undefined) throw new AppError("master_key_invalid", missingKey(config));
  return made;
};

const missingKey = (config: GeneratedKey): string =>
  [
    `the database "${config.databasePath}" exists, but its key file "${config.path}" does not:`,
    "  put the key file back, or set MASTER_KEY to the key that it held",
    "  if the stored sign-ins may be lost, move the database away and start again",
  ].join("\n");

const readKeyFile = async (path: string, log: Logger): Promise<Secret | undefined> => {
  const text = await readOrMissing(path);
  if (text === undefined) return undefined;
  const key = toStandardBase64(text.trim());
  if (key === undefined) {
    throw new AppError(
      "master_key_invalid",
      `the key file "${path}" does not hold 32 bytes in base64; put the right file back, or set MASTER_KEY`,
    );
  }
  const { mode } = await stat(path);
  if (process.platform !== "win32" && (mode & 0o077) !== 0) {
    log.warn("others on this machine can read the key file; run chmod 600 on it", { path });
  }
  return toSecret(key);
};

/** No such file, or a file where its folder would be. */
const MISSING: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR"]);

const readOrMissing = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    if (MISSING.has(errorCode(cause))) return undefined;
    throw new AppError(
      "master_key_invalid",
      `the key file "${path}" cannot be read (${errorCode(cause)}); make it readable for the user that runs this`,
      { cause },
    );
  }
};

/** Writes the key aside and links it into place: the name appears complete, and for one maker only. */
const makeKeyFile = async (path: string, deps: MasterKeyDeps): Promise<void> => {
  // Absolute: on a relative path Node never gives up where the working folder has been deleted.
  await mkdir(dirname(resolve(path)), { recursive: true, mode: 0o700 });
  const aside = `${path}.${deps.random.bytes(6).toString("hex")}.new`;
  try {
    const file = await open(
      aside,
      constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY,
      0o600,
    );
    try {
      await file.writeFile(`${makeKey(deps)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(aside, path).catch((cause: unknown) => {
      if (errorCode(cause) !== "EEXIST") throw cause;
    });
  } finally {
    await unlink(aside).catch(() => undefined);
  }
  await syncFolder(dirname(path));
};

/** Makes the new name survive a power cut. Windows has no such step. */
const syncFolder = async (path: string): Promise<void> => {
  if (process.platform === "win32") return;
  const folder = await open(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
};

const makeKey = (deps: MasterKeyDeps): string => deps.random.bytes(32).toString("base64");

const exists = async (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const errorCode = (cause: unknown): string =>
  cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
