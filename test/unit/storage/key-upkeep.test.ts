import { randomBytes } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { addSeconds } from "../../../src/core/clock.ts";
import { toSecret } from "../../../src/core/secret.ts";
import { createKeyring, type Keyring } from "../../../src/crypto/keyring.ts";
import { systemRandom } from "../../../src/crypto/random.ts";
import { checkMasterKey } from "../../../src/storage/key-canary.ts";
import { createKeyUpkeep } from "../../../src/storage/key-upkeep.ts";
import type { MaintainableStore } from "../../../src/storage/maintainable-store.ts";
import { createMemoryStore } from "../../../src/storage/memory.ts";
import { createSealedStore } from "../../../src/storage/sealed-store.ts";
import { createFakeClock } from "../../support/clock.ts";

const newKey = (): string => randomBytes(32).toString("base64");
const ringOf = (...keys: string[]): Keyring => createKeyring(keys.map(toSecret));
const at = (index: number) => ({ namespace: "connection", key: `c-${index}` });

describe("the upkeep of master keys", () => {
  const [older, newer] = [newKey(), newKey()];
  const [olderKid, newerKid] = [ringOf(older).active.kid, ringOf(newer).active.kid];
  const clock = createFakeClock();
  let store: MaintainableStore;

  const sealedWith = (keyring: Keyring) =>
    createSealedStore({ store, keyring, random: systemRandom });
  const upkeepWith = (keyring: Keyring, over: MaintainableStore = store) =>
    createKeyUpkeep({ store: over, keyring, random: systemRandom });
  const check = (keyring: Keyring) => checkMasterKey({ store, keyring, random: systemRandom });
  const rotate = (over: MaintainableStore = store) =>
    upkeepWith(ringOf(newer, older), over).rotate({
      signal: new AbortController().signal,
      onProgress: () => undefined,
    });

  const readAll = async (): Promise<string> => {
    const entries: string[] = [];
    for await (const entry of store.entries()) entries.push(JSON.stringify(entry));
    return entries.join("\n");
  };

  beforeEach(async () => {
    store = createMemoryStore({ clock });
    await check(ringOf(older));
    const sealed = sealedWith(ringOf(older));
    for (let index = 0; index < 40; index += 1) {
      await sealed.put(at(index), `tokens of ${index}`, { group: "g" });
    }
    await store.put({ namespace: "grant", key: "plain" }, '{"sealed":false}');
  });

  it("S04: a new first key, the old one behind it, a rotation, the old one dropped: no record is lost", async () => {
    await check(ringOf(newer, older));
    // A server that has the ring goes on working before, between and after.
    const server = sealedWith(ringOf(newer, older));
    expect(await server.get(at(3))).toEqual({ value: "tokens of 3", version: 1 });
    await server.put(at(0), "refreshed", { ifVersion: 1, group: "g" });
    await expect(check(ringOf(newer))).rejects.toMatchObject({ code: "master_key_invalid" });

    const rotation = await rotate();
    expect(rotation).toMatchObject({
      rewrapped: 39,
      unreadable: [],
      retired: [olderKid],
      before: [
        { kid: newerKid, records: 1, place: "first", required: true },
        { kid: olderKid, records: 39, place: "in_ring", required: true },
      ],
      after: [
        { kid: newerKid, records: 40, place: "first", required: true },
        { kid: olderKid, records: 0, place: "in_ring", required: false },
      ],
    });

    await check(ringOf(newer));
    const alone = sealedWith(ringOf(newer));
    expect(await alone.get(at(0))).toEqual({ value: "refreshed", version: 2 });
    for (let index = 1; index < 40; index += 1) {
      expect(await alone.get(at(index))).toEqual({ value: `tokens of ${index}`, version: 1 });
    }
    expect(await alone.list("connection", "g")).toHaveLength(40);
    expect((await store.get({ namespace: "grant", key: "plain" }))?.version).toBe(1);
    await expect(check(ringOf(older))).rejects.toMatchObject({ code: "master_key_invalid" });
  });

  it("keeps the encrypted text, and seals only its data key again", async () => {
    const before = (await store.get(at(1)))?.value.split(".") ?? [];
    await rotate();
    const after = (await store.get(at(1)))?.value.split(".") ?? [];
    expect(after.slice(4)).toEqual(before.slice(4));
    expect(after[1]).toBe(newerKid);
    expect(after[3]).not.toBe(before[3]);
  });

  it("keeps the end of a record, and its version for a writer who read it before", async () => {
    const end = addSeconds(clock.nowSeconds(), 60);
    const server = sealedWith(ringOf(newer, older));
    await sealedWith(ringOf(older)).put(at(1), "ending", { expiresAt: end, group: "g" });
    await rotate();
    expect((await store.put(at(2), "written by a refresh", { ifVersion: 1 })).ok).toBe(true);
    expect(await server.get(at(1))).toEqual({ value: "ending", version: 2 });
    for await (const entry of store.entries()) {
      if (entry.key === at(1).key) expect(entry).toMatchObject({ expiresAt: end, group: "g" });
    }
  });

  it("leaves a record alone that a server writes between its look and its change", async () => {
    let writes = 0;
    const racing: MaintainableStore = {
      ...store,
      swapValue: async (address, from, to) => {
        if (address.key === at(5).key && writes === 0) {
          writes += 1;
          // A server that was not restarted yet: it still seals with the old key.
          await sealedWith(ringOf(older)).put(at(5), "refreshed meanwhile", { ifVersion: 1 });
        }
        return store.swapValue(address, from, to);
      },
    };
    const rotation = await rotate(racing);
    expect(rotation.after.find(({ kid }) => kid === olderKid)?.records).toBe(0);
    expect(await sealedWith(ringOf(newer)).get(at(5))).toEqual({
      value: "refreshed meanwhile",
      version: 2,
    });
  });

  it("goes on where it was cut off, and requires both keys until it is through", async () => {
    const cutting = new AbortController();
    const cut = upkeepWith(ringOf(newer, older)).rotate({
      signal: cutting.signal,
      onProgress: (done) => {
        if (done === 20) cutting.abort(new Error("cut off"));
      },
    });
    await expect(cut).rejects.toThrow("cut off");
    const [first, second] = await upkeepWith(ringOf(newer, older)).status();
    expect(first?.records).toBeGreaterThan(10);
    expect(second).toMatchObject({ kid: olderKid, required: true, records: expect.any(Number) });
    expect((first?.records ?? 0) + (second?.records ?? 0)).toBe(40);
    await expect(check(ringOf(newer))).rejects.toMatchObject({ code: "master_key_invalid" });
    expect((await rotate()).retired).toEqual([olderKid]);
    expect(await sealedWith(ringOf(newer)).get(at(39))).toMatchObject({ value: "tokens of 39" });
  });

  it("names a record that does not open, keeps it and keeps asking for its key", async () => {
    const blob = (await store.get(at(7)))?.value ?? "";
    const parts = blob.split(".");
    const wrapped = parts[3] ?? "";
    parts[3] = `${wrapped.startsWith("A") ? "B" : "A"}${wrapped.slice(1)}`;
    await store.put(at(7), parts.join("."));
    const rotation = await rotate();
    expect(rotation).toMatchObject({ unreadable: ["connection/c-7"], retired: [], rewrapped: 39 });
    expect((await store.get(at(7)))?.value).toBe(parts.join("."));
    await expect(check(ringOf(newer))).rejects.toMatchObject({ code: "master_key_invalid" });
  });

  it("refuses to rotate with a ring that does not open the store, and changes nothing", async () => {
    const before = await readAll();
    const rotation = upkeepWith(ringOf(newer)).rotate({
      signal: new AbortController().signal,
      onProgress: () => undefined,
    });
    await expect(rotation).rejects.toMatchObject({ code: "master_key_invalid" });
    expect(await readAll()).toBe(before);
  });

  it("counts without changing anything, and marks a key that was not given", async () => {
    const before = await readAll();
    expect(await upkeepWith(ringOf(newer)).status()).toEqual([
      { kid: newerKid, records: 0, place: "first", required: false },
      { kid: olderKid, records: 40, place: "missing", required: true },
    ]);
    expect(await readAll()).toBe(before);
  });
});
