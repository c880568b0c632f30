import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openRecordStore } from "../../src/storage/open.ts";
import type { MaintainableStore } from "../../src/storage/maintainable-store.ts";
import { type BreakableProxy, startBreakableProxy } from "../support/breakable-proxy.ts";
import { createFakeClock } from "../support/clock.ts";
import { findMissing, postgres, redis, type StorePlace } from "./store-places.ts";

const missing = await findMissing();
const at = (key: string) => ({ namespace: "connection", key });
const PATIENCE_MS = 8_000;

for (const kind of [postgres, redis])
  describe.skipIf(missing.has(kind))(`${kind.name}, when the server goes away`, () => {
    let place: StorePlace;
    let proxy: BreakableProxy;
    let store: MaintainableStore;
    let url: string;

    beforeEach(async () => {
      place = await kind.makePlace();
      const target = new URL(place.url);
      const port = Number(target.port === "" ? (kind === redis ? 6379 : 5432) : target.port);
      proxy = await startBreakableProxy({ host: target.hostname, port });
      target.host = `127.0.0.1:${proxy.port}`;
      url = target.href;
      store = await openRecordStore(url, { clock: createFakeClock() });
      await store.put(at("a"), "sentinel-value", { group: "g" });
    });
    afterEach(async () => {
      await store.close();
      await proxy.close();
      await place.dispose();
    });

    /** How an operation ends, and that it does not take longer than a person waits. */
    const endOf = async (work: Promise<unknown>): Promise<unknown> => {
      const started = performance.now();
      const end = await work.then(
        () => "done",
        (error: unknown) => error,
      );
      expect(performance.now() - started).toBeLessThan(PATIENCE_MS);
      return end;
    };
    const unavailable = { code: "storage_unavailable", cause: expect.any(Error) };

    /** Waits for the store to work again by asking it, as requests would. */
    const recover = async (): Promise<void> => {
      const started = performance.now();
      for (;;) {
        const end = await endOf(store.get(at("a")));
        if (end === "done") return;
        if (performance.now() - started > PATIENCE_MS) throw end;
      }
    };

    it("answers storage_unavailable within seconds and works again by itself", async () => {
      await proxy.stop();
      const ends = await Promise.all([
        endOf(store.get(at("a"))),
        endOf(store.put(at("b"), "sentinel-value")),
        endOf(store.take(at("a"))),
        endOf(store.list("connection", "g")),
        endOf(store.sweep()),
      ]);
      for (const end of ends) {
        expect(end).toMatchObject(unavailable);
        expect(inspect(end, { depth: 9 })).not.toContain("sentinel-value");
      }
      await proxy.restore();
      await recover();
      expect(await store.get(at("a"))).toEqual({ value: "sentinel-value", version: 1 });
      // What was reported as failed does not happen later.
      expect(await store.get(at("b"))).toBeUndefined();
      expect(await store.put(at("a"), "2", { ifVersion: 1 })).toEqual({ ok: true, version: 2 });
    });

    it("gives up on a server that says nothing, and works again by itself", async () => {
      proxy.hang();
      const ends = await Promise.all([endOf(store.get(at("a"))), endOf(store.put(at("b"), "1"))]);
      for (const end of ends) expect(end).toMatchObject(unavailable);
      await proxy.restore();
      await recover();
      expect(await store.put(at("c"), "1")).toEqual({ ok: true, version: 1 });
    });

    it("loses nothing that was acknowledged while the server came and went under load", async () => {
      const acknowledged: string[] = [];
      let failures = 0;
      let isRunning = true;
      const writers = Array.from({ length: 8 }, async (_, writer) => {
        for (let index = 0; isRunning; index += 1) {
          const key = `${writer}-${index}`;
          const end = await endOf(store.put(at(key), key));
          if (end === "done") acknowledged.push(key);
          else failures += 1;
        }
      });
      const reached = async (count: number): Promise<void> => {
        const goal = acknowledged.length + count;
        while (acknowledged.length < goal) await new Promise((resolve) => setImmediate(resolve));
      };
      for (let round = 0; round < 3; round += 1) {
        await reached(200);
        const before = failures;
        await proxy.stop();
        while (failures === before) await new Promise((resolve) => setImmediate(resolve));
        await proxy.restore();
      }
      await reached(200);
      isRunning = false;
      await Promise.all(writers);
      for (const key of acknowledged) expect((await store.get(at(key)))?.value).toBe(key);
    });

    it("refuses to open within seconds while the server is away", async () => {
      await proxy.stop();
      const end = await endOf(openRecordStore(url, { clock: createFakeClock() }));
      expect(end).toMatchObject(unavailable);
      await proxy.restore();
      proxy.hang();
      expect(await endOf(openRecordStore(url, { clock: createFakeClock() }))).toMatchObject(
        unavailable,
      );
    });
  });
