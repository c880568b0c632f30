import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { toSecret } from "../../src/core/secret.ts";
import { createKeyring } from "../../src/crypto/keyring.ts";
import { systemRandom } from "../../src/crypto/random.ts";
import { checkMasterKey } from "../../src/storage/key-canary.ts";
import { openRecordStore } from "../../src/storage/open.ts";
import { createSealedStore } from "../../src/storage/sealed-store.ts";
import { findMissing, postgres, redis, type StorePlace } from "../contract/store-places.ts";
import { type CliResult, runCli } from "../support/cli-process.ts";

const missing = await findMissing();
const newKey = (): string => randomBytes(32).toString("base64");
const [older, newer] = [newKey(), newKey()];
const kidOf = (key: string): string => createKeyring([toSecret(key)]).active.kid;

let folder: string;
const places: StorePlace[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ghl-mcp-store-commands-"));
});
afterEach(async () => {
  for (const place of places.splice(0)) await place.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const run = (args: readonly string[], env: Record<string, string> = {}): Promise<CliResult> =>
  runCli(args, { cwd: folder, env });

/** A store as a server leaves it: a canary, sealed records and plain ones. */
const fill = async (url: string): Promise<void> => {
  const store = await openRecordStore(url, { clock: systemClock });
  const deps = { store, keyring: createKeyring([toSecret(older)]), random: systemRandom };
  await checkMasterKey(deps);
  const sealed = createSealedStore(deps);
  for (let index = 0; index < 120; index += 1) {
    await sealed.put({ namespace: "connection", key: `c-${index}` }, "sentinel", { group: "g" });
  }
  await store.put({ namespace: "grant", key: "g" }, "{}", { group: "c-1" });
  await store.close();
};

describe("ghl-mcp storage copy", () => {
  test.skipIf(missing.size > 0)(
    "goes from a file over PostgreSQL and Redis to a file",
    async () => {
      const [inPostgres, inRedis] = [await postgres.makePlace(), await redis.makePlace()];
      places.push(inPostgres, inRedis);
      await fill(`sqlite:${join(folder, "first.db")}`);
      const urls = ["sqlite:first.db", inPostgres.url, inRedis.url, "sqlite:last.db"];
      for (const [index, to] of urls.slice(1).entries()) {
        const result = await run([
          "storage",
          "copy",
          "--from",
          urls[index] ?? "",
          "--to",
          to,
          "--json",
        ]);
        expect(result).toMatchObject({ exitCode: 0, stdout: '{"copied":122,"removed":0}\n' });
        expect(result.stderr).toContain("copying: 100 % (records: 122 of 122)\n");
        expect(result.stderr).toContain("verifying: 100 % (records: 122 of 122)\n");
      }
      const status = await run(["keys", "status", "--json"], {
        STORAGE_URL: "sqlite:last.db",
        MASTER_KEY: older,
      });
      expect(JSON.parse(status.stdout)).toEqual({
        keys: [{ kid: kidOf(older), records: 120, place: "first", required: true }],
      });
    },
  );

  test("says how many records it copied, and what to do next", async () => {
    await fill(`sqlite:${join(folder, "first.db")}`);
    const result = await run([
      "storage",
      "copy",
      "--from",
      "sqlite:first.db",
      "--to",
      "sqlite:b.db",
    ]);
    expect(result.stdout).toMatch(
      /^copied 122 records and compared each\nset STORAGE_URL to the new/u,
    );
    const again = await run([
      "storage",
      "copy",
      "--from",
      "sqlite:first.db",
      "--to",
      "sqlite:b.db",
    ]);
    expect(again).toMatchObject({ exitCode: 64, stdout: "" });
    expect(again.stderr).toContain("ghl-mcp: the target holds 122 records; give --overwrite");
  });

  test.each([
    ["sqlite:none.db", "sqlite:b.db", /"none\.db", which does not exist/u, 64],
    ["sqlite:a.db", "sqlite:a.db", /name the same store/u, 64],
    ["memory:", "sqlite:b.db", /"memory:" is gone with its process/u, 64],
    ["mysql://u:hunter2@h/d", "sqlite:b.db", /starts with "mysql:"; supported are/u, 78],
    ["redis://u:hunter2@127.0.0.1:1", "sqlite:b.db", /Redis 127\.0\.0\.1:1 cannot be used/u, 69],
    ["postgres://u:hunter2@127.0.0.1:1/d", "sqlite:b.db", /127\.0\.0\.1:1 cannot be used/u, 69],
  ])("refuses %s to %s and makes no file", async (from, to, text, exitCode) => {
    const result = await run(["storage", "copy", "--from", from, "--to", to]);
    expect(result.stderr).toMatch(text);
    expect(result).toMatchObject({ exitCode, stdout: "" });
    expect(result.stderr).not.toContain("hunter2");
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("ghl-mcp keys", () => {
  test("rotates, says which key may go, and then starts without it", async () => {
    await fill(`sqlite:${join(folder, "a.db")}`);
    const settings = (key: string) => ({ STORAGE_URL: "sqlite:a.db", MASTER_KEY: key });
    const early = await run(["status"], settings(newer));
    expect(early.exitCode).toBe(78);

    const rotation = await run(["keys", "rotate"], settings(`${newer} ${older}`));
    expect(rotation.exitCode).toBe(0);
    expect(rotation.stdout).toContain(`  ${kidOf(older)}       120  in MASTER_KEY: decrypts\n`);
    expect(rotation.stdout).toContain(
      `  ${kidOf(newer)}       120  first in MASTER_KEY: encrypts\n`,
    );
    expect(rotation.stdout).toContain("120 records were sealed again, under the first key\n");
    expect(rotation.stdout).toContain(`may be taken out of MASTER_KEY now: ${kidOf(older)}\n`);

    const again = await run(["keys", "rotate", "--json"], settings(`${newer} ${older}`));
    expect(JSON.parse(again.stdout)).toMatchObject({ rewrapped: 0, unreadable: [] });
    const status = await run(["keys", "status", "--json"], settings(newer));
    expect(JSON.parse(status.stdout)).toEqual({
      keys: [{ kid: kidOf(newer), records: 120, place: "first", required: true }],
    });
    for (const { stdout, stderr } of [rotation, again, status]) {
      expect(stdout + stderr).not.toContain(older);
      expect(stdout + stderr).not.toContain(newer);
    }
  });

  test("marks a key that the store needs and MASTER_KEY does not have", async () => {
    await fill(`sqlite:${join(folder, "a.db")}`);
    const result = await run(["keys", "status"], { STORAGE_URL: "sqlite:a.db", MASTER_KEY: newer });
    expect(result.stdout).toContain(`  ${kidOf(older)}       120  not in MASTER_KEY, but needed\n`);
    expect(result.exitCode).toBe(0);
  });

  test("makes no database where there is none", async () => {
    const result = await run(["keys", "rotate"]);
    expect(result).toMatchObject({ exitCode: 77, stdout: "" });
    expect(readdirSync(folder)).toEqual([]);
  });
});
