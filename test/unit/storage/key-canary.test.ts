import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { toSecret } from "../../../src/core/secret.ts";
import { createKeyring, type Keyring } from "../../../src/crypto/keyring.ts";
import { systemRandom } from "../../../src/crypto/random.ts";
import { checkMasterKey } from "../../../src/storage/key-canary.ts";
import { createMemoryStore } from "../../../src/storage/memory.ts";
import { openSqliteStore } from "../../../src/storage/sqlite.ts";
import type { RecordStore } from "../../../src/storage/record-store.ts";
import { createFakeClock } from "../../support/clock.ts";

const newKey = (): string => systemRandom.bytes(32).toString("base64");
const ringOf = (...keys: string[]): Keyring => createKeyring(keys.map(toSecret));
const canary = { namespace: "master_key", key: "canary" };

describe("the check of the master key", () => {
  let store: RecordStore;
  const check = (keyring: Keyring) => checkMasterKey({ store, keyring, random: systemRandom });

  beforeEach(() => {
    store = createMemoryStore({ clock: createFakeClock() });
  });

  it("accepts the key that the store was first started with, and writes once", async () => {
    const key = newKey();
    await check(ringOf(key));
    await check(ringOf(key));
    expect((await store.get(canary))?.version).toBe(1);
  });

  it("refuses any other key, names both ids, and changes no byte of the file", async () => {
    const folder = await mkdtemp(join(tmpdir(), "ghl-mcp-canary-"));
    const path = join(folder, "store.db");
    const [right, wrong] = [ringOf(newKey()), ringOf(newKey())];
    store = openSqliteStore(path, { clock: createFakeClock() });
    await check(right);
    await store.close();
    const before = await readFile(path);

    store = openSqliteStore(path, { clock: createFakeClock() });
    const failure = await check(wrong).catch((error: unknown) => error);
    await store.close();
    expect(failure).toMatchObject({ code: "master_key_invalid" });
    expect(String(failure)).toContain(right.active.kid);
    expect(String(failure)).toContain(wrong.active.kid);
    expect((await readFile(path)).equals(before)).toBe(true);
    await rm(folder, { recursive: true });
  });

  it("accepts a new key before the old one, and from then on needs both", async () => {
    const [older, newer] = [newKey(), newKey()];
    await check(ringOf(older));
    await check(ringOf(newer, older));
    await check(ringOf(newer, older));
    await expect(check(ringOf(older))).rejects.toMatchObject({ code: "master_key_invalid" });
    await expect(check(ringOf(newer))).rejects.toMatchObject({ code: "master_key_invalid" });
    expect((await store.get(canary))?.version).toBe(2);
  });

  it("lets one of several processes with different keys win an empty store", async () => {
    const rings = Array.from({ length: 8 }, () => ringOf(newKey()));
    const outcomes = await Promise.allSettled(rings.map(check));
    expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
    expect((await store.get(canary))?.version).toBe(1);
  });

  it("lets all of several processes with the same key start on an empty store", async () => {
    const key = newKey();
    await Promise.all(Array.from({ length: 8 }, () => check(ringOf(key))));
    expect((await store.get(canary))?.version).toBe(1);
  });

  it.each(["not json", "null", '{"k":1}', "[]"])(
    "refuses a damaged canary (%s) rather than writing a new one",
    async (text) => {
      const key = newKey();
      const value = text.replace("k", ringOf(key).active.kid);
      await store.put(canary, value === "[]" ? '[1,"a"]' : value);
      await expect(check(ringOf(key))).rejects.toMatchObject({
        code: expect.stringMatching(/^(storage_corrupt|master_key_invalid)$/),
      });
      expect((await store.get(canary))?.version).toBe(1);
    },
  );
});
