import { beforeEach, describe, expect, it } from "vitest";
import { toSecret } from "../../../src/core/secret.ts";
import { createKeyring } from "../../../src/crypto/keyring.ts";
import { systemRandom } from "../../../src/crypto/random.ts";
import { createMemoryStore } from "../../../src/storage/memory.ts";
import type { RecordStore } from "../../../src/storage/record-store.ts";
import { createSealedStore } from "../../../src/storage/sealed-store.ts";
import { createFakeClock } from "../../support/clock.ts";

const newKeyring = () => createKeyring([toSecret(systemRandom.bytes(32).toString("base64"))]);
const at = (key: string, namespace = "tokens") => ({ namespace, key });

describe("the sealed store", () => {
  let store: RecordStore;
  let sealed: RecordStore;

  beforeEach(() => {
    store = createMemoryStore({ clock: createFakeClock() });
    sealed = createSealedStore({ store, keyring: newKeyring(), random: systemRandom });
  });

  it("gives back what was written and hands down only ciphertext", async () => {
    await sealed.put(at("a"), "sentinel", { group: "g" });
    expect(await sealed.get(at("a"))).toEqual({ value: "sentinel", version: 1 });
    expect((await store.get(at("a")))?.value).toMatch(/^v1\./);
    expect((await store.get(at("a")))?.value).not.toContain("sentinel");
    expect(await sealed.list("tokens", "g")).toEqual(["a"]);
    expect(await sealed.take(at("a"))).toEqual({ value: "sentinel", version: 1 });
    expect(await sealed.take(at("a"))).toBeUndefined();
  });

  it("passes versions, conflicts and absence through", async () => {
    expect(await sealed.put(at("a"), "1", { ifVersion: "absent" })).toEqual({
      ok: true,
      version: 1,
    });
    expect(await sealed.put(at("a"), "2", { ifVersion: "absent" })).toEqual({
      ok: false,
      reason: "conflict",
    });
    expect(await sealed.put(at("a"), "2", { ifVersion: 1 })).toEqual({ ok: true, version: 2 });
    expect(await sealed.get(at("b"))).toBeUndefined();
  });

  it.each([
    ["another key", at("b")],
    ["another namespace", at("a", "logins")],
  ])("does not open a value that was moved to %s", async (_name, elsewhere) => {
    await sealed.put(at("a"), "sentinel");
    await store.put(elsewhere, (await store.get(at("a")))?.value ?? "");
    await expect(sealed.get(elsewhere)).rejects.toMatchObject({ code: "storage_corrupt" });
  });

  it("[S03] fails closed on a value with a flipped bit, and neither takes nor overwrites it", async () => {
    await sealed.put(at("a"), "sentinel");
    const blob = (await store.get(at("a")))?.value ?? "";
    const broken = `${blob.slice(0, -1)}${blob.endsWith("A") ? "B" : "A"}`;
    await store.put(at("a"), broken);
    await expect(sealed.get(at("a"))).rejects.toMatchObject({ code: "storage_corrupt" });
    await expect(sealed.take(at("a"))).rejects.toMatchObject({ code: "storage_corrupt" });
    expect(await store.get(at("a"))).toEqual({ value: broken, version: 2 });
  });

  it("never takes a plain value for a sealed one", async () => {
    await store.put(at("a"), "plain");
    await expect(sealed.get(at("a"))).rejects.toMatchObject({ code: "storage_corrupt" });
  });
});
