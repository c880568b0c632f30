import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addSeconds, systemClock } from "../../src/core/clock.ts";
import { toConnectionId } from "../../src/core/ids.ts";
import { systemRandom } from "../../src/crypto/random.ts";
import { openRecordStore } from "../../src/storage/open.ts";
import type { Entry, MaintainableStore } from "../../src/storage/maintainable-store.ts";
import { type ListPage, type RecordStore, walkGroup } from "../../src/storage/record-store.ts";
import { createUsageLog } from "../../src/storage/usage-log.ts";
import { createFakeClock, type FakeClock } from "../support/clock.ts";
import { countTurns } from "../support/count-turns.ts";
import { createMemoryLogger } from "../support/memory-logger.ts";
import type { StoreKind, StorePlace } from "./store-places.ts";
import type { RacerJob } from "./store-racer.ts";

const at = (key: string, namespace = "codes") => ({ namespace, key });

/** All entries, in the order of their addresses. */
const entriesOf = async (store: MaintainableStore): Promise<Entry[]> => {
  const entries: Entry[] = [];
  for await (const entry of store.entries()) entries.push(entry);
  const textOf = ({ namespace, key }: Entry): string => `${namespace} ${key}`;
  return entries.toSorted((a, b) => (textOf(a) < textOf(b) ? -1 : 1));
};

const keysOf = async (walk: AsyncIterable<string>): Promise<string[]> => {
  const keys: string[] = [];
  for await (const key of walk) keys.push(key);
  return keys;
};

/** What every record store must do, whatever it is built on. */
export const describeRecordStore = ({ name, makePlace }: StoreKind): void => {
  describe(`the record store on ${name}`, () => {
    let place: StorePlace;
    let clock: FakeClock;
    let store: MaintainableStore;

    beforeEach(async () => {
      place = await makePlace();
      clock = createFakeClock();
      store = await openRecordStore(place.url, { clock });
    });
    afterEach(async () => {
      await store.close();
      await place.dispose();
    });
    const inSeconds = (seconds: number) => addSeconds(clock.nowSeconds(), seconds);

    describe("get and put", () => {
      it("gives back what was written, and nothing for a key that was not", async () => {
        const value = 'zwölf "Boxkämpfer" \u{1F94A}\n\u0000 end';
        expect(await store.put(at("a"), value)).toEqual({ ok: true, version: 1 });
        expect(await store.get(at("a"))).toEqual({ value, version: 1 });
        expect(await store.get(at("b"))).toBeUndefined();
      });

      it("keeps the same key of two namespaces apart", async () => {
        await store.put(at("a", "one"), "1");
        await store.put(at("a", "two"), "2");
        await store.delete(at("a", "one"));
        expect(await store.get(at("a", "one"))).toBeUndefined();
        expect(await store.get(at("a", "two"))).toEqual({ value: "2", version: 1 });
      });

      it("raises the version by one with every write", async () => {
        await store.put(at("a"), "1");
        expect(await store.put(at("a"), "2")).toEqual({ ok: true, version: 2 });
        expect(await store.put(at("a"), "3", { ifVersion: 2 })).toEqual({ ok: true, version: 3 });
        expect(await store.get(at("a"))).toEqual({ value: "3", version: 3 });
      });

      it("takes values of 100 kB", async () => {
        const value = "x".repeat(100_000);
        await store.put(at("big"), value);
        expect((await store.get(at("big")))?.value).toBe(value);
      });
    });

    describe("put with ifVersion", () => {
      it("writes an absent record once and leaves an existing one alone", async () => {
        expect(await store.put(at("a"), "1", { ifVersion: "absent" })).toEqual({
          ok: true,
          version: 1,
        });
        expect(await store.put(at("a"), "2", { ifVersion: "absent" })).toEqual({
          ok: false,
          reason: "conflict",
        });
        expect(await store.get(at("a"))).toEqual({ value: "1", version: 1 });
      });

      it("refuses another version than the present one and changes nothing", async () => {
        await store.put(at("a"), "1");
        await store.put(at("a"), "2", { expiresAt: inSeconds(60), group: "g" });
        const stale = { ok: false, reason: "conflict" };
        const options = { expiresAt: inSeconds(5), group: "h" };
        expect(await store.put(at("a"), "x", { ...options, ifVersion: 1 })).toEqual(stale);
        expect(await store.put(at("a"), "x", { ...options, ifVersion: 3 })).toEqual(stale);
        clock.advance(59);
        expect(await store.get(at("a"))).toEqual({ value: "2", version: 2 });
        expect(await store.list("codes", "g")).toEqual(["a"]);
        expect(await store.list("codes", "h")).toEqual([]);
      });

      it("refuses a version of a record that is absent, and makes none", async () => {
        expect((await store.put(at("a"), "1", { ifVersion: 1 })).ok).toBe(false);
        expect(await store.get(at("a"))).toBeUndefined();
      });

      it("lets exactly one of many concurrent writers win", async () => {
        await store.put(at("a"), "0");
        const outcomes = await Promise.all(
          Array.from({ length: 20 }, (_, i) => store.put(at("a"), `${i}`, { ifVersion: 1 })),
        );
        expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(1);
        expect((await store.get(at("a")))?.version).toBe(2);
      });
    });

    describe("take", () => {
      it("gives the record once and removes it", async () => {
        await store.put(at("a"), "1");
        await store.put(at("a"), "2");
        expect(await store.take(at("a"))).toEqual({ value: "2", version: 2 });
        expect(await store.take(at("a"))).toBeUndefined();
        expect(await store.get(at("a"))).toBeUndefined();
      });

      it("gives a value to exactly one of many concurrent takers", async () => {
        await store.put(at("a"), "1");
        const taken = await Promise.all(Array.from({ length: 20 }, () => store.take(at("a"))));
        expect(taken.filter((stored) => stored !== undefined)).toEqual([
          { value: "1", version: 1 },
        ]);
      });
    });

    describe("delete", () => {
      it("removes a record, and is content with a missing one", async () => {
        await store.put(at("a"), "1", { group: "g" });
        await store.delete(at("a"));
        await store.delete(at("a"));
        expect(await store.get(at("a"))).toBeUndefined();
        expect(await store.list("codes", "g")).toEqual([]);
        expect(await store.put(at("a"), "2", { ifVersion: "absent" })).toEqual({
          ok: true,
          version: 1,
        });
      });
    });

    describe("expiry", () => {
      it("shows a record until the second before its end, and then to no verb", async () => {
        await store.put(at("a"), "1", { expiresAt: inSeconds(10), group: "g" });
        clock.advance(9);
        expect(await store.get(at("a"))).toEqual({ value: "1", version: 1 });
        clock.advance(1);
        expect(await store.get(at("a"))).toBeUndefined();
        expect(await store.list("codes", "g")).toEqual([]);
        expect((await store.put(at("a"), "2", { ifVersion: 1 })).ok).toBe(false);
        expect(await store.take(at("a"))).toBeUndefined();
      });

      it("treats an expired record as absent when writing, and starts again at version 1", async () => {
        await store.put(at("a"), "1", { expiresAt: inSeconds(10) });
        await store.put(at("b"), "1", { expiresAt: inSeconds(10) });
        clock.advance(10);
        expect(await store.put(at("a"), "2", { ifVersion: "absent" })).toEqual({
          ok: true,
          version: 1,
        });
        expect(await store.put(at("b"), "2")).toEqual({ ok: true, version: 1 });
        clock.advance(1000);
        expect(await store.get(at("a"))).toEqual({ value: "2", version: 1 });
      });

      it("is replaced with each write, and lifted by a write without it", async () => {
        await store.put(at("a"), "1", { expiresAt: inSeconds(10) });
        await store.put(at("a"), "2");
        clock.advance(1000);
        expect(await store.get(at("a"))).toEqual({ value: "2", version: 2 });
      });

      it("lets a sweep remove what expired, and nothing else", async () => {
        await store.put(at("a"), "1", { expiresAt: inSeconds(10) });
        await store.put(at("b"), "1", { expiresAt: inSeconds(11) });
        await store.put(at("c"), "1");
        clock.advance(10);
        expect(await store.sweep()).toBe(1);
        expect(await store.sweep()).toBe(0);
        expect((await store.get(at("b")))?.value).toBe("1");
        expect((await store.get(at("c")))?.value).toBe("1");
      });
    });

    describe("sweep of many", () => {
      it("removes every expired record, and lets other work run in between", async () => {
        const keys = Array.from({ length: 1200 }, (_, index) => String(index).padStart(6, "0"));
        const expiresAt = inSeconds(5);
        await store.restore(keys.map((key) => ({ ...at(key), value: "1", version: 1, expiresAt })));
        await store.put(at("kept"), "1", { expiresAt: inSeconds(6) });
        clock.advance(5);
        const turns = countTurns();
        const removed = await store.sweep();
        const taken = turns.stop();
        expect(removed).toBe(1200);
        expect((await entriesOf(store)).map(({ key }) => key)).toEqual(["kept"]);
        // In memory all of it is shorter than a slice.
        if (name !== "memory") expect(taken).toBeGreaterThan(1);
      });
    });

    describe("list", () => {
      it("gives the keys of one group of one namespace in ascending order", async () => {
        for (const key of ["b", "a", "C", "-", "_"]) await store.put(at(key), key, { group: "g" });
        await store.put(at("other"), "1", { group: "h" });
        await store.put(at("none"), "1");
        await store.put(at("a", "elsewhere"), "1", { group: "g" });
        expect(await store.list("codes", "g")).toEqual(["-", "C", "_", "a", "b"]);
      });

      it("gives a page from the front or the end, between two keys, of live records of the group alone", async () => {
        for (const key of ["b", "a", "C", "-", "d"]) await store.put(at(key), key, { group: "g" });
        await store.put(at("bb"), "1", { group: "h" });
        await store.put(at("c"), "1", { group: "g", expiresAt: inSeconds(5) });
        await store.put(at("b", "codes2"), "1", { group: "g" });
        clock.advance(5);
        const list = (page: ListPage) => store.list("codes", "g", page);
        expect(await list({ limit: 2 })).toEqual(["-", "C"]);
        expect(await list({ limit: 2, after: "C" })).toEqual(["a", "b"]);
        expect(await list({ limit: 2, after: "b" })).toEqual(["d"]);
        expect(await list({ limit: 2, after: "d" })).toEqual([]);
        expect(await list({ limit: 2, last: true })).toEqual(["b", "d"]);
        expect(await list({ limit: 2, last: true, before: "b" })).toEqual(["C", "a"]);
        expect(await list({ limit: 9, last: true, after: "C", before: "d" })).toEqual(["a", "b"]);
        expect(await list({ limit: 9, after: "-", before: "a" })).toEqual(["C"]);
      });

      it("walks a group of several pages to its end, each key once", async () => {
        const keys = Array.from({ length: 1001 }, (_, index) => String(index).padStart(6, "0"));
        await store.restore(
          keys.map((key) => ({ ...at(key), value: "1", version: 1, group: "g" })),
        );
        expect(await keysOf(walkGroup(store, "codes", "g"))).toEqual(keys);
        expect(await keysOf(walkGroup(store, "codes", "h"))).toEqual([]);
      });

      it("follows a record that changes its group or leaves it", async () => {
        await store.put(at("a"), "1", { group: "g" });
        await store.put(at("b"), "1", { group: "g" });
        await store.put(at("a"), "2", { group: "h" });
        await store.put(at("b"), "2");
        expect(await store.list("codes", "g")).toEqual([]);
        expect(await store.list("codes", "h")).toEqual(["a"]);
      });
    });

    describe("close", () => {
      it("may be repeated, and makes every verb fail with storage_unavailable", async () => {
        await store.put(at("a"), "1");
        await store.close();
        await store.close();
        const failure = { code: "storage_unavailable" };
        await expect(store.get(at("a"))).rejects.toMatchObject(failure);
        await expect(store.put(at("a"), "2")).rejects.toMatchObject(failure);
        await expect(store.take(at("a"))).rejects.toMatchObject(failure);
        await expect(store.delete(at("a"))).rejects.toMatchObject(failure);
        await expect(store.list("codes", "g")).rejects.toMatchObject(failure);
        await expect(store.sweep()).rejects.toMatchObject(failure);
        await expect(store.count()).rejects.toMatchObject(failure);
        await expect(entriesOf(store)).rejects.toMatchObject(failure);
        await expect(store.restore([{ ...at("a"), value: "2", version: 1 }])).rejects.toMatchObject(
          failure,
        );
        await expect(store.swapValue(at("a"), "1", "2")).rejects.toMatchObject(failure);
      });
    });

    describe("maintenance", () => {
      it("walks over every live record once, with all that it holds", async () => {
        await store.put(at("plain"), "1");
        await store.put(at("plain"), "2 \u0000 \u{1F94A}");
        await store.put(at("full"), "3", { expiresAt: inSeconds(60), group: "g" });
        await store.put(at("nameless", "two"), "4", { group: "" });
        await store.put(at("a:b", "two"), "5");
        await store.put(at("gone"), "6", { expiresAt: inSeconds(10), group: "g" });
        await store.put(at("taken"), "7");
        await store.take(at("taken"));
        clock.advance(10);
        expect(await store.count()).toBe(4);
        expect(await entriesOf(store)).toEqual([
          { ...at("full"), value: "3", version: 1, expiresAt: inSeconds(50), group: "g" },
          { ...at("plain"), value: "2 \u0000 \u{1F94A}", version: 2 },
          { ...at("a:b", "two"), value: "5", version: 1 },
          { ...at("nameless", "two"), value: "4", version: 1, group: "" },
        ]);
      });

      it("walks over more records than a page holds", async () => {
        const keys = Array.from({ length: 1_203 }, (_, i) => `key-${i}`);
        await store.restore(keys.map((key) => ({ ...at(key), value: key, version: 1 })));
        expect(await store.count()).toBe(keys.length);
        const found = await entriesOf(store);
        expect(found).toHaveLength(keys.length);
        expect(new Set(found.map(({ key }) => key))).toEqual(new Set(keys));
      });

      it("restores records as they were, over what is there, for every verb", async () => {
        await store.put(at("a"), "old", { group: "old", expiresAt: inSeconds(5) });
        const entries: Entry[] = [
          { ...at("a"), value: "1", version: 7, expiresAt: inSeconds(60), group: "g" },
          { ...at("b"), value: "2", version: 3 },
        ];
        await store.restore(entries);
        await store.restore(entries);
        expect(await entriesOf(store)).toEqual(entries);
        expect(await store.list("codes", "old")).toEqual([]);
        expect(await store.list("codes", "g")).toEqual(["a"]);
        expect(await store.put(at("b"), "3", { ifVersion: 3 })).toEqual({ ok: true, version: 4 });
        clock.advance(60);
        expect(await store.get(at("a"))).toBeUndefined();
        expect(await store.sweep()).toBe(1);
      });

      it("swaps a value under its readers and writers without touching the rest", async () => {
        await store.put(at("a"), "0");
        await store.put(at("a"), "1", { expiresAt: inSeconds(60), group: "g" });
        expect(await store.swapValue(at("a"), "1", "one")).toBe(true);
        expect(await entriesOf(store)).toEqual([
          { ...at("a"), value: "one", version: 2, expiresAt: inSeconds(60), group: "g" },
        ]);
        expect(await store.put(at("a"), "2", { ifVersion: 2 })).toEqual({ ok: true, version: 3 });
      });

      it("swaps no other value, no missing record and no expired one", async () => {
        await store.put(at("a"), "1", { expiresAt: inSeconds(60) });
        expect(await store.swapValue(at("a"), "2", "x")).toBe(false);
        expect(await store.swapValue(at("b"), "1", "x")).toBe(false);
        expect(await store.get(at("a"))).toEqual({ value: "1", version: 1 });
        clock.advance(60);
        expect(await store.swapValue(at("a"), "1", "x")).toBe(false);
        expect(await store.count()).toBe(0);
      });
    });
  });
};

const PROCESSES = 4;

/** What a store that several processes share must do as well. */
export const describeSharedStore = ({ name, makePlace }: StoreKind): void => {
  describe(`the record store on ${name}, shared by processes`, () => {
    let place: StorePlace;
    const stores: RecordStore[] = [];
    const racers: ChildProcess[] = [];

    beforeEach(async () => {
      place = await makePlace();
    });
    afterEach(async () => {
      for (const racer of racers.splice(0)) racer.kill("SIGKILL");
      for (const store of stores.splice(0)) await store.close();
      await place.dispose();
    });

    const open = async (): Promise<RecordStore> => {
      const store = await openRecordStore(place.url, { clock: createFakeClock() });
      stores.push(store);
      return store;
    };

    const start = (job: RacerJob): ChildProcess => {
      const racer = fork(fileURLToPath(new URL("store-racer.ts", import.meta.url)), {
        execArgv: [],
        stdio: ["ignore", "ignore", "pipe", "ipc"],
      });
      racer.send(job);
      racers.push(racer);
      return racer;
    };

    /** The next message of a racer; rejects with what it said on stderr if it dies before. */
    const hear = (racer: ChildProcess): Promise<unknown> =>
      new Promise((resolve, reject) => {
        let said = "";
        racer.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString("utf8")));
        racer.once("message", resolve);
        racer.once("close", () => reject(new Error(`a racer died:\n${said}`)));
      });

    /** Starts racers that wait for each other, and gives the answer of each. */
    const race = async (job: RacerJob): Promise<unknown[]> => {
      const started = Array.from({ length: PROCESSES }, () => start(job));
      await Promise.all(started.map(hear));
      const answers = started.map(hear);
      for (const racer of started) racer.send("go");
      return Promise.all(answers);
    };

    it("is made once when several processes open it for the first time together", async () => {
      const answers = await race({ kind: "open", url: place.url });
      expect(answers).toEqual(Array.from({ length: PROCESSES }, () => "opened"));
      const store = await open();
      expect((await store.list("opened", "all")).length).toBe(PROCESSES);
    });

    it("gives each code to exactly one of the processes that race to take it", async () => {
      const store = await open();
      const keys = Array.from({ length: 200 }, (_, i) => `code-${i}`);
      for (const key of keys) await store.put(at(key), `value of ${key}`);
      const answers = await race({ kind: "take", url: place.url, keys });
      const winners = answers.flat();
      expect(winners).toHaveLength(keys.length);
      expect(new Set(winners)).toEqual(new Set(keys.map((key) => `value of ${key}`)));
      expect(await store.take(at("code-0"))).toBeUndefined();
    });

    it("loses no increment of the processes that race to write one record", async () => {
      const store = await open();
      await store.put(at("counter"), "0");
      const rounds = 50;
      await race({ kind: "count", url: place.url, key: "counter", rounds });
      expect(await store.get(at("counter"))).toEqual({
        value: `${PROCESSES * rounds}`,
        version: PROCESSES * rounds + 1,
      });
    });

    it("adds up the calls that several processes count in one place to the last one", async () => {
      const store = await open();
      const rounds = 10;
      await race({ kind: "usage", url: place.url, rounds });
      const { log } = createMemoryLogger();
      const usage = createUsageLog({ store, clock: systemClock, random: systemRandom, log });
      const yesterday = addSeconds(systemClock.nowSeconds(), -86_400);
      const rows = await usage.read(toConnectionId("c"), yesterday);
      const calls = rows.reduce((sum, { counts }) => sum + counts.read, 0);
      expect(calls).toBe(PROCESSES * rounds);
    });

    it("keeps every acknowledged write of a process that is killed while it writes", async () => {
      await open();
      const racer = start({ kind: "write", url: place.url });
      let acknowledged = -1;
      const killed = new Promise((resolve) => racer.once("exit", resolve));
      racer.on("message", (index) => {
        acknowledged = Number(index);
        if (acknowledged === 150) racer.kill("SIGKILL");
      });
      await killed;
      const store = await open();
      expect(acknowledged).toBeGreaterThanOrEqual(150);
      for (let index = 0; index <= acknowledged; index += 1) {
        expect((await store.get(at(`${index}`)))?.value).toBe(`${index}:`.repeat(500));
      }
      expect(await store.put(at("after"), "1")).toEqual({ ok: true, version: 1 });
    });
  });
};
