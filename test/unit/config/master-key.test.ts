import { randomBytes } from "node:crypto";
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { MasterKeyConfig } from "../../../src/config/config.ts";
import { loadMasterKeys } from "../../../src/config/master-key.ts";
import { AppError } from "../../../src/core/errors.ts";
import type { Logger } from "../../../src/core/logger.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { toSecret } from "../../../src/core/secret.ts";

let folder: string;
let config: Extract<MasterKeyConfig, { source: "generated" }>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ghl-mcp-key-"));
  const databasePath = join(folder, "data", "store.db");
  config = { source: "generated", databasePath, path: `${databasePath}.key` };
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const random = { bytes: (length: number) => randomBytes(length) };

const load = async (log: Logger = silentLogger): Promise<string> => {
  const keys = await loadMasterKeys(config, { random, log });
  expect(keys).toHaveLength(1);
  return keys[0]?.reveal() ?? "";
};

const caught = async (): Promise<AppError> => {
  const error: unknown = await load().then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (error instanceof AppError) return error;
  throw new Error("no AppError was thrown");
};

test("makes a 32-byte key file of mode 0600 and reads the same key again", async () => {
  const key = await load();
  expect(Buffer.from(key, "base64")).toHaveLength(32);
  expect(statSync(config.path).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, "data")).mode & 0o777).toBe(0o700);
  expect(await load()).toBe(key);
});

test("gives many starters at once one and the same key, and leaves no other file", async () => {
  const keys = await Promise.all(Array.from({ length: 20 }, async () => load()));
  expect(new Set(keys).size).toBe(1);
  expect(readdirSync(join(folder, "data"))).toEqual(["store.db.key"]);
});

test("refuses to make a key for a database that has lost its own", async () => {
  await load();
  writeFileSync(config.databasePath, "x");
  rmSync(config.path);
  const error = await caught();
  expect(error.code).toBe("master_key_invalid");
  expect(error.message).toContain("put the key file back, or set MASTER_KEY");
  expect(readdirSync(join(folder, "data"))).toEqual(["store.db"]);
});

test("refuses a key file that holds no key and leaves it as it is", async () => {
  await load();
  writeFileSync(config.path, "not a key\n");
  const error = await caught();
  expect(error.code).toBe("master_key_invalid");
  expect(error.message).not.toContain("not a key");
  expect(readFileSync(config.path, "utf8")).toBe("not a key\n");
});

test("warns when others can read the key file, and only then", async () => {
  const warnings: string[] = [];
  const log: Logger = { ...silentLogger, warn: (message) => void warnings.push(message) };
  await load(log);
  expect(warnings).toEqual([]);
  chmodSync(config.path, 0o640);
  await load(log);
  expect(warnings).toEqual(["others on this machine can read the key file; run chmod 600 on it"]);
});

test("says what to do when the folder cannot be made", async () => {
  writeFileSync(join(folder, "data"), "a file where the folder should be");
  const error = await caught();
  expect(error.code).toBe("storage_unavailable");
  expect(error.message).toContain("make its folder writable, or set STORAGE_URL to another place");
});

test("passes given keys on and makes no file", async () => {
  const given = [toSecret("a"), toSecret("b")];
  expect(
    await loadMasterKeys({ source: "given", keys: given }, { random, log: silentLogger }),
  ).toBe(given);
  expect(readdirSync(folder)).toEqual([]);
});

test("makes a new key for each process where nothing is kept", async () => {
  const one = await loadMasterKeys({ source: "ephemeral" }, { random, log: silentLogger });
  const two = await loadMasterKeys({ source: "ephemeral" }, { random, log: silentLogger });
  expect(one[0]?.reveal()).not.toBe(two[0]?.reveal());
  expect(readdirSync(folder)).toEqual([]);
});
