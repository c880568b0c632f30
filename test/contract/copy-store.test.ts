import { afterEach, describe, expect, it } from "vitest";
import { addSeconds } from "../../src/core/clock.ts";
import { type CopyJob, copyStore } from "../../src/storage/copy-store.ts";
import type { Entry, MaintainableStore } from "../../src/storage/maintainable-store.ts";
import { openRecordStore } from "../../src/storage/open.ts";
import { createFakeClock } from "../support/clock.ts";
import { findMissing, memory, postgres, redis, sqlite, type StoreKind } from "./store-places.ts";

const missing = await findMissing();
const clock = createFakeClock();
const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const open = async (kind: StoreKind): Promise<MaintainableStore> => {
  const place = await kind.makePlace();
  const store = await openRecordStore(place.url, { clock });
  cleanups.push(place.dispose, store.close);
  return store;
};

const inSeconds = (seconds: number) => addSeconds(clock.nowSeconds(), seconds);

/** 450 records, of which every third ends, every second has a group, and ten are over. */
const fill = async (store: MaintainableStore): Promise<void> => {
  const entries = Array.from({ length: 450 }, (_, i): Entry => ({
    namespace: i % 2 === 0 ? "grant" : "connection",
    key: `key-${i}`,
    value: `value \u{1F94A} ${i}`,
    version: 1 + (i % 9),
    ...(i % 3 === 0 ? { expiresAt: inSeconds(i < 30 ? 5 : 500) } : {}),
    ...(i % 2 === 0 ? { group: `group-${i % 4}` } : {}),
  }));
  await store.restore(entries);
  clock.advance(5);
};

const contentOf = async (store: MaintainableStore): Promise<string[]> => {
  const content: string[] = [];
  for await (const entry of store.entries()) content.push(JSON.stringify(sortFields(entry)));
  return content.toSorted();
};

const sortFields = (entry: Entry) => Object.entries(entry).toSorted(([a], [b]) => (a < b ? -1 : 1));

const copy = (from: MaintainableStore, to: MaintainableStore, options: Partial<CopyJob> = {}) =>
  copyStore({
    from,
    to,
    overwrite: false,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ...options,
  });

const ROUTES = [
  [sqlite, postgres],
  [postgres, redis],
  [redis, sqlite],
  [memory, memory],
] as const;

describe.each(
  ROUTES.map((route) => ({ route, title: route.map(({ name }) => name).join(" to ") })),
)("copying a store from $title", ({ route: [source, target] }) => {
  const isSkipped = missing.has(source) || missing.has(target);

  it.skipIf(isSkipped)("moves every live record with all that it holds", async () => {
    const [from, to] = [await open(source), await open(target)];
    await fill(from);
    const steps: string[] = [];
    const onProgress = (step: string, done: number, total: number) =>
      void steps.push(`${step} ${done}/${total}`);
    const before = await contentOf(from);
    expect(before).toHaveLength(440);
    expect(await copy(from, to, { onProgress })).toEqual({ copied: 440, removed: 0 });
    expect(await contentOf(to)).toEqual(before);
    expect(await contentOf(from)).toEqual(before);
    expect(await to.list("grant", "group-2")).toEqual(await from.list("grant", "group-2"));
    expect(steps).toContain("copy 440/440");
    expect(steps).toContain("verify 440/440");
  });

  it.skipIf(isSkipped)("refuses a target that holds a record, and changes nothing", async () => {
    const [from, to] = [await open(source), await open(target)];
    await fill(from);
    await to.put({ namespace: "grant", key: "theirs" }, "1");
    const before = await contentOf(to);
    await expect(copy(from, to)).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining("holds 1 record;"),
    });
    expect(await contentOf(to)).toEqual(before);
  });

  it.skipIf(isSkipped)(
    "leaves nothing of the target with overwrite, a revoked grant included",
    async () => {
      const [from, to] = [await open(source), await open(target)];
      await fill(from);
      await to.put({ namespace: "grant", key: "revoked" }, "1");
      await to.put({ namespace: "grant", key: "key-100" }, "other", { group: "elsewhere" });
      expect(await copy(from, to, { overwrite: true })).toEqual({ copied: 440, removed: 1 });
      expect(await contentOf(to)).toEqual(await contentOf(from));
      expect(await to.list("grant", "elsewhere")).toEqual([]);
    },
  );

  it.skipIf(isSkipped)("is completed by running it again after it was cut off", async () => {
    const [from, to] = [await open(source), await open(target)];
    await fill(from);
    const cutting = new AbortController();
    const onProgress = (_: string, done: number) => {
      if (done >= 200) cutting.abort(new Error("cut off"));
    };
    await expect(copy(from, to, { signal: cutting.signal, onProgress })).rejects.toThrow("cut off");
    expect(await to.count()).toBeGreaterThan(0);
    await from.take({ namespace: "grant", key: "key-100" });
    expect(await copy(from, to)).toEqual({ copied: 439, removed: expect.any(Number) });
    expect(await contentOf(to)).toEqual(await contentOf(from));
    // It is whole now: the next copy is asked for --overwrite again.
    await expect(copy(from, to)).rejects.toMatchObject({ code: "usage" });
  });
});

describe("a copy while a server writes", () => {
  it("fails when a record of the source changed, and the next run completes it", async () => {
    const [from, to] = [await open(memory), await open(memory)];
    await fill(from);
    const at = { namespace: "grant", key: "key-100" };
    const onProgress = (step: string, done: number) => {
      if (step === "copy" && done === 440) void from.put(at, "changed");
    };
    await expect(copy(from, to, { onProgress })).rejects.toMatchObject({ code: "storage_corrupt" });
    await copy(from, to);
    expect(await contentOf(to)).toEqual(await contentOf(from));
  });

  it("fails when the source got one more record", async () => {
    const [from, to] = [await open(memory), await open(memory)];
    await fill(from);
    const onProgress = (step: string, done: number) => {
      if (step === "copy" && done === 440) void from.put({ namespace: "grant", key: "new" }, "1");
    };
    await expect(copy(from, to, { onProgress })).rejects.toMatchObject({ code: "storage_corrupt" });
  });
});
