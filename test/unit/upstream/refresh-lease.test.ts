import { describe, expect, it } from "vitest";
import { toConnectionId } from "../../../src/core/ids.ts";
import { createMemoryStore } from "../../../src/storage/memory.ts";
import { createRefreshLeases } from "../../../src/upstream/refresh-lease.ts";
import { createFakeClock } from "../../support/clock.ts";
import { createMemoryLogger } from "../../support/memory-logger.ts";

const id = toConnectionId("c1");

/** Two machines on one store; the clock of `other` is so many seconds ahead of the one that tests move. */
const startMachines = (secondsAhead = 0) => {
  const clock = createFakeClock();
  const store = createMemoryStore({ clock });
  const { log } = createMemoryLogger();
  const otherClock = { ...clock, nowMs: () => clock.nowMs() + secondsAhead * 1000 };
  return {
    clock,
    one: createRefreshLeases({ store, clock, log }),
    other: createRefreshLeases({ store, clock: otherClock, log }),
  };
};

describe("a refresh lease", () => {
  it.each([1, 30, 31, 3600])(
    "of a process that died holds nobody up for more than a minute when the clock is set back %i s",
    async (seconds) => {
      const { clock, one, other } = startMachines();
      await other.acquire(id);
      clock.advance(-seconds);
      let waited = 0;
      while (waited < 100 && (await one.acquire(id)) === undefined) {
        clock.advance(1);
        waited += 1;
      }
      expect(waited).toBeLessThanOrEqual(60);
    },
  );

  it("of a machine whose clock ran an hour ahead when it died is over at once", async () => {
    const { one, other } = startMachines(3600);
    await other.acquire(id);
    expect(await one.acquire(id)).toBeDefined();
  });

  it("is heeded to its end by a machine whose clock is 30 s behind", async () => {
    const { clock, one, other } = startMachines(30);
    await other.acquire(id);
    for (let second = 0; second < 60; second += 1) {
      expect(await one.acquire(id)).toBeUndefined();
      clock.advance(1);
    }
    expect(await one.acquire(id)).toBeDefined();
  });

  it("that ends too far ahead goes to exactly one of many concurrent takers", async () => {
    const { one, other } = startMachines(3600);
    await other.acquire(id);
    const taken = await Promise.all(Array.from({ length: 20 }, async () => one.acquire(id)));
    expect(taken.filter((lease) => lease !== undefined)).toHaveLength(1);
  });

  it("stays with whoever took it over from a live machine whose clock is ahead", async () => {
    const { clock, one, other } = startMachines(3600);
    const late = await other.acquire(id);
    expect(await one.acquire(id)).toBeDefined();
    await late?.release();
    expect(await one.acquire(id)).toBeUndefined();
    clock.advance(30);
    expect(await one.acquire(id)).toBeDefined();
  });
});
