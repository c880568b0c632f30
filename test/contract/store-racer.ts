import { systemClock } from "../../src/core/clock.ts";
import { toConnectionId, toLocationId } from "../../src/core/ids.ts";
import { systemRandom } from "../../src/crypto/random.ts";
import { openRecordStore } from "../../src/storage/open.ts";
import type { RecordStore } from "../../src/storage/record-store.ts";
import { createUsageLog } from "../../src/storage/usage-log.ts";
import { createMemoryLogger } from "../support/memory-logger.ts";

/** What a racing process is told to do. */
export type RacerJob =
  | { readonly kind: "open"; readonly url: string }
  | { readonly kind: "take"; readonly url: string; readonly keys: readonly string[] }
  | { readonly kind: "count"; readonly url: string; readonly key: string; readonly rounds: number }
  | { readonly kind: "usage"; readonly url: string; readonly rounds: number }
  | { readonly kind: "write"; readonly url: string };

const nextMessage = (): Promise<unknown> =>
  new Promise((resolve) => process.once("message", resolve));

const say = (message: unknown): Promise<void> =>
  new Promise((resolve) => {
    process.send?.(message, undefined, {}, () => {
      resolve();
    });
  });

/** Waits until every other racer is there too. */
const meetOthers = async (): Promise<void> => {
  const go = nextMessage();
  await say("ready");
  await go;
};

const openStore = (url: string): Promise<RecordStore> =>
  openRecordStore(url, { clock: systemClock });

const count = async (store: RecordStore, key: string): Promise<void> => {
  const at = { namespace: "codes", key };
  for (;;) {
    const stored = await store.get(at);
    if (stored === undefined) throw new Error("the counter is gone");
    const next = `${Number(stored.value) + 1}`;
    if ((await store.put(at, next, { ifVersion: stored.version })).ok) return;
  }
};

/** Counts one call in each round, in one place for all racers, and brings it to the store. */
const countUsage = async (store: RecordStore, rounds: number): Promise<void> => {
  const { log } = createMemoryLogger();
  const usage = createUsageLog({ store, clock: systemClock, random: systemRandom, log });
  const call = { connectionId: toConnectionId("c"), locationId: toLocationId("l") };
  for (let round = 0; round < rounds; round += 1) {
    usage.count({ ...call, access: "read" });
    await usage.flush();
  }
  // what lost every race of its round
  await usage.flush();
};

const run = async (job: RacerJob): Promise<void> => {
  switch (job.kind) {
    case "open": {
      await meetOthers();
      const store = await openStore(job.url);
      await store.put({ namespace: "opened", key: `${process.pid}` }, "1", { group: "all" });
      await store.close();
      return say("opened");
    }
    case "take": {
      const store = await openStore(job.url);
      await meetOthers();
      const won: string[] = [];
      for (const key of job.keys) {
        const taken = await store.take({ namespace: "codes", key });
        if (taken !== undefined) won.push(taken.value);
      }
      await store.close();
      return say(won);
    }
    case "count": {
      const store = await openStore(job.url);
      await meetOthers();
      for (let round = 0; round < job.rounds; round += 1) await count(store, job.key);
      await store.close();
      return say("counted");
    }
    case "usage": {
      const store = await openStore(job.url);
      await meetOthers();
      await countUsage(store, job.rounds);
      await store.close();
      return say("counted");
    }
    case "write": {
      const store = await openStore(job.url);
      for (let index = 0; ; index += 1) {
        await store.put({ namespace: "codes", key: `${index}` }, `${index}:`.repeat(500));
        await say(index);
      }
    }
  }
};

// The parent sends nothing but jobs of the type above.
await run((await nextMessage()) as RacerJob);
process.disconnect();
