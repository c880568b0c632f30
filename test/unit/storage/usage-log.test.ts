import { describe, expect, it } from "vitest";
import { addSeconds } from "../../../src/core/clock.ts";
import { AppError } from "../../../src/core/errors.ts";
import { toConnectionId, toLocationId } from "../../../src/core/ids.ts";
import { NO_USAGE, type UsageFailure, type UsageLog } from "../../../src/core/usage.ts";
import { systemRandom } from "../../../src/crypto/random.ts";
import { createMemoryStore } from "../../../src/storage/memory.ts";
import type { RecordStore } from "../../../src/storage/record-store.ts";
import { createUsageLog } from "../../../src/storage/usage-log.ts";
import { startFlushing } from "../../../src/storage/store-rounds.ts";
import { createFakeClock } from "../../support/clock.ts";
import { createMemoryLogger } from "../../support/memory-logger.ts";

const DAY = 86_400;
const connectionId = toConnectionId("connection");
const locationId = toLocationId("location");

type Trouble = "refuses" | "writes and says it did not";

const open = (maxCells?: number) => {
  const clock = createFakeClock();
  const kept = createMemoryStore({ clock });
  const { log, lines } = createMemoryLogger();
  let trouble: Trouble | undefined;
  let puts = 0;
  const store: RecordStore = {
    ...kept,
    put: async (...given) => {
      puts += 1;
      if (trouble === "writes and says it did not") await kept.put(...given);
      if (trouble !== undefined) throw new AppError("storage_unavailable", "away");
      return kept.put(...given);
    },
  };
  const deps = { store, clock, random: systemRandom, log, ...(maxCells && { maxCells }) };
  return {
    clock,
    kept,
    lines,
    usage: createUsageLog(deps),
    another: createUsageLog({ ...deps, store: kept }),
    setTrouble: (next: Trouble | undefined) => (trouble = next),
    puts: () => puts,
  };
};

const count = (usage: UsageLog, times: number, failure?: UsageFailure): void => {
  for (let done = 0; done < times; done += 1) {
    usage.count({ connectionId, locationId, access: "read", ...(failure && { failure }) });
  }
};

const readsOf = async (usage: UsageLog, since = 1_767_225_600): Promise<readonly number[]> => {
  const rows = await usage.read(connectionId, addSeconds(createFakeClock(since).nowSeconds(), 0));
  return rows.map(({ counts }) => counts.read);
};

describe("the counts of calls", () => {
  it("come back by place and hour, by class and failure", async () => {
    const { clock, usage } = open();
    count(usage, 2);
    usage.count({ connectionId, locationId, access: "critical", failure: "refused" });
    usage.count({ connectionId, access: "write" });
    usage.count({ connectionId: toConnectionId("other"), locationId, access: "write" });
    clock.advance(3600);
    count(usage, 1, "cancelled");
    const hour = createFakeClock().nowSeconds();
    const rows = await usage.read(connectionId, hour);
    expect(rows).toHaveLength(3);
    expect(rows).toEqual(
      expect.arrayContaining([
        {
          connectionId,
          locationId,
          hour,
          counts: { ...NO_USAGE, read: 2, critical: 1, refused: 1 },
        },
        { connectionId, hour, counts: { ...NO_USAGE, write: 1 } },
        {
          connectionId,
          locationId,
          hour: addSeconds(hour, 3600),
          counts: { ...NO_USAGE, read: 1, cancelled: 1 },
        },
      ]),
    );
  });

  it("write nothing for a call and one record for many", async () => {
    const { puts, usage } = open();
    count(usage, 1000);
    expect(puts()).toBe(0);
    await usage.flush();
    await usage.flush();
    expect(puts()).toBe(1);
  });

  it("of thousands of accounts take turns, those first that wait longest", async () => {
    const { puts, usage } = open();
    const accounts = Array.from({ length: 1_200 }, (_, index) =>
      toConnectionId(`account-${index}`),
    );
    for (const account of accounts) {
      usage.count({ connectionId: account, locationId, access: "read" });
    }
    const written: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      await usage.flush({ atMost: 500 });
      written.push(puts());
    }
    expect(written).toEqual([500, 1000, 1200, 1200]);
  });

  it("are written one or two in a turn where the store waits for its disk within the call", async () => {
    const { kept, ...rest } = open();
    let [inThisTurn, most] = [0, 0];
    const usage = createUsageLog({
      clock: rest.clock,
      random: systemRandom,
      log: createMemoryLogger().log,
      store: {
        ...kept,
        put: async (...given) => {
          inThisTurn += 1;
          most = Math.max(most, inThisTurn);
          for (const end = performance.now() + 4; performance.now() < end;);
          return kept.put(...given);
        },
      },
    });
    for (let index = 0; index < 24; index += 1) {
      usage.count({ connectionId: toConnectionId(`account-${index}`), access: "read" });
    }
    let look = setImmediate(function nextTurn() {
      inThisTurn = 0;
      look = setImmediate(nextTurn);
    });
    await usage.flush();
    clearImmediate(look);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(2);
  });

  it("are written for the account that a page asks for, and for no other", async () => {
    const { puts, usage } = open();
    count(usage, 2);
    for (let other = 0; other < 20; other += 1) {
      usage.count({ connectionId: toConnectionId(`other-${other}`), access: "read" });
    }
    expect(await readsOf(usage)).toEqual([2]);
    expect(await readsOf(usage)).toEqual([2]);
    expect(puts()).toBe(1);
    await usage.flush();
    expect(puts()).toBe(21);
  });

  it.each(["refuses", "writes and says it did not"] as const)(
    "are exact after a store that %s",
    async (trouble) => {
      const { another, lines, setTrouble, usage } = open();
      setTrouble(trouble);
      count(usage, 3);
      await usage.flush();
      count(usage, 4);
      await usage.flush();
      // what another process writes in between makes the first batch unrecognisable by its version
      count(another, 10);
      await another.flush();
      count(usage, 5);
      setTrouble(undefined);
      await usage.flush();
      expect(await readsOf(another)).toEqual([22]);
      await usage.flush();
      expect(await readsOf(another)).toEqual([22]);
      expect(lines.filter((line) => line.includes("tried again"))).toHaveLength(1);
    },
  );

  it("add up where two logs write one record at the same time", async () => {
    const { another, usage } = open();
    for (let round = 0; round < 10; round += 1) {
      count(usage, 1);
      count(another, 1);
      await Promise.all([usage.flush(), another.flush()]);
    }
    expect(await readsOf(usage)).toEqual([20]);
  });

  it("are written by what is counted during a flush too, in the next one", async () => {
    const { usage, another } = open();
    count(usage, 1);
    const flushing = usage.flush();
    count(usage, 1);
    await flushing;
    await usage.flush();
    expect(await readsOf(another)).toEqual([2]);
  });

  it("are kept for 30 whole days and gone after 32", async () => {
    const { clock, kept, usage } = open();
    count(usage, 1);
    await usage.flush();
    clock.advance(31 * DAY);
    expect(await readsOf(usage)).toEqual([1]);
    clock.advance(DAY);
    expect(await readsOf(usage)).toEqual([]);
    expect(await kept.sweep()).toBe(1);
  });

  it("stay within a bound while the store is away, and say once what is left out", async () => {
    const { clock, lines, setTrouble, usage } = open(2);
    setTrouble("refuses");
    for (let hour = 0; hour < 4; hour += 1) {
      count(usage, 1);
      await usage.flush();
      clock.advance(3600);
    }
    setTrouble(undefined);
    await usage.flush();
    expect(await readsOf(usage)).toEqual([1, 1]);
    expect(lines.filter((line) => line.includes("left out"))).toHaveLength(1);
    count(usage, 1);
    expect(await readsOf(usage)).toEqual([1, 1, 1]);
  });

  it("refuse a record that somebody else wrote, and do not overwrite it", async () => {
    const { kept, usage } = open();
    const at = { namespace: "usage", key: "connection/2026-01-01" };
    await kept.put(at, '{"cells":{"l/24":[1]},"writers":{}}');
    count(usage, 1);
    await usage.flush();
    await expect(readsOf(usage)).rejects.toMatchObject({ code: "storage_corrupt" });
    expect((await kept.get(at))?.version).toBe(1);
  });
});

describe("the rounds that flush", () => {
  it("come after 10 to 30 seconds, and once more at the end", async () => {
    const { another, clock, usage } = open();
    const rounds = startFlushing({ clock, jitter: () => 0.5 }, usage);
    count(usage, 1);
    await clock.whenSleeping();
    clock.advance(19);
    expect(await readsOf(another)).toEqual([]);
    clock.advance(1);
    await clock.whenSleeping();
    expect(await readsOf(another)).toEqual([1]);
    count(usage, 1);
    await rounds.stop();
    expect(await readsOf(another)).toEqual([2]);
  });
});
