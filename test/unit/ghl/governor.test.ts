import { describe, expect, it } from "vitest";

import { createFairQueue } from "../../../src/ghl/fair-queue.ts";
import { createGovernor, type Slot, type SlotRequest } from "../../../src/ghl/governor.ts";
import { readRateHeaders } from "../../../src/ghl/read-rate-headers.ts";
import { createFakeClock } from "../../support/clock.ts";

const setUp = () => {
  const clock = createFakeClock();
  const governor = createGovernor({ clock });
  const ask = async (fairnessKey: string, rest: Partial<SlotRequest> = {}) =>
    governor.acquire({
      budget: { kind: "location", id: "loc-1" },
      fairnessKey,
      deadlineAtMs: clock.nowMs() + 30_000,
      ...rest,
    });
  const take = async (rest: Partial<SlotRequest> = {}): Promise<Slot> => {
    const slot = await ask("a", rest);
    if (!slot.ok) throw new Error(slot.failure.kind);
    return slot.value;
  };
  return { clock, governor, ask, take };
};

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

describe("the governor", () => {
  it("lets no more calls leave than headers say are left, and the rest at the next window", async () => {
    const { clock, governor, ask, take } = setUp();
    (await take()).release({ refused: false, limit: 100, intervalMs: 10_000, remaining: 3 });
    const done: number[] = [];
    for (let index = 0; index < 6; index += 1) {
      void ask("a").then((slot) => {
        done.push(index);
        if (slot.ok) slot.value.release({ refused: false });
      });
    }
    await settle();
    for (let tenths = 0; tenths < 30; tenths += 1) {
      clock.advance(0.1);
      await settle();
    }
    expect(done.length).toBeLessThanOrEqual(3);
    const waiting = 6 - done.length;
    expect(governor.snapshot()).toMatchObject([{ kind: "location", id: "loc-1", queued: waiting }]);
    clock.advance(10);
    await settle();
    expect(done).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("takes a late answer of the last window for no news of the new one", async () => {
    const { clock, governor, take } = setUp();
    (await take()).release({ refused: false, limit: 100, intervalMs: 10_000, remaining: 20 });
    const slow = await take();
    clock.advance(10);
    const first = await take();
    const second = await take();
    slow.release({ refused: false, remaining: 2 });
    expect(governor.snapshot()).toMatchObject([{ remaining: 100, inFlight: 2 }]);
    first.release({ refused: false, remaining: 99 });
    second.release({ refused: false, remaining: 98 });
    expect(governor.snapshot()).toMatchObject([{ remaining: 98, inFlight: 0 }]);
  });

  it("counts calls that left in the last window and arrived in the new one without moving its end", async () => {
    const { clock, governor, take } = setUp();
    (await take()).release({ refused: false, limit: 100, intervalMs: 10_000, remaining: 60 });
    const slow = [await take(), await take(), await take()];
    clock.advance(9);
    for (const [at, slot] of slow.entries()) {
      slot.release({ refused: false, remaining: 99 - at });
      clock.advance(0.5);
    }
    clock.advance(8.4);
    expect(governor.snapshot()).toMatchObject([{ remaining: 97 }]);
    clock.advance(0.2);
    expect(governor.snapshot()).toMatchObject([{ remaining: 100 }]);
  });

  it("keeps budgets of locations apart", async () => {
    const { ask, take } = setUp();
    (await take()).release({ refused: true, retryAfterMs: 9_000 });
    const other = await ask("a", { budget: { kind: "location", id: "loc-2" } });
    expect(other.ok).toBe(true);
  });

  it("fails at once, with the time to come back, where the deadline is before the next window", async () => {
    const { clock, ask, take } = setUp();
    expect((await take()).release({ refused: true, retryAfterMs: 9_000 })).toEqual({
      closedForMs: 9_000,
    });
    expect(await ask("a", { deadlineAtMs: clock.nowMs() + 5_000 })).toEqual({
      ok: false,
      failure: { kind: "rate_limited", retryAfterMs: 9_000 },
    });
  });

  it("stops for the day when the day is used up, and begins again at its reset", async () => {
    const { clock, ask, take } = setUp();
    const day = { dailyLimit: 200_000, dailyRemaining: 0, dailyResetInMs: 3_600_000 };
    (await take()).release({ refused: false, remaining: 90, ...day });
    expect(await ask("a")).toEqual({
      ok: false,
      failure: { kind: "rate_limited", retryAfterMs: 3_600_000 },
    });
    clock.advance(3_600);
    expect((await ask("a")).ok).toBe(true);
  });

  it("lets no call of a day leave twice", async () => {
    const { governor, ask, take } = setUp();
    (await take()).release({ refused: false, remaining: 90, dailyRemaining: 1 });
    expect((await ask("a")).ok).toBe(true);
    void ask("a");
    await settle();
    expect(governor.snapshot()).toMatchObject([{ inFlight: 1, queued: 1, dailyRemaining: 1 }]);
  });

  it("forgets a call that is cancelled while it waits", async () => {
    const { governor, ask, take } = setUp();
    (await take()).release({ refused: true, retryAfterMs: 9_000 });
    const stop = new AbortController();
    const waiting = ask("a", { signal: stop.signal });
    await settle();
    expect(governor.snapshot()).toMatchObject([{ queued: 1 }]);
    stop.abort();
    expect(await waiting).toEqual({ ok: false, failure: { kind: "aborted" } });
    expect(governor.snapshot()).toMatchObject([{ queued: 0, inFlight: 0 }]);
    expect(await ask("a", { signal: stop.signal })).toMatchObject({ failure: { kind: "aborted" } });
  });

  it("forgets budgets that nothing happens in any more, a few with each new one", async () => {
    const { clock, governor } = setUp();
    const use = async (index: number): Promise<void> => {
      const slot = await governor.acquire({
        budget: { kind: "location", id: `location-${index}` },
        fairnessKey: "a",
        deadlineAtMs: clock.nowMs() + 30_000,
      });
      if (slot.ok) slot.value.release({ refused: false, remaining: 90 });
    };
    for (let index = 0; index < 2_000; index += 1) await use(index);
    expect(governor.snapshot()).toHaveLength(2_000);
    clock.advance(11);
    await use(2_000);
    expect(governor.snapshot()).toHaveLength(1_985);
    for (let index = 2_001; index < 2_200; index += 1) await use(index);
    expect(governor.snapshot().length).toBeLessThanOrEqual(1_000);
  });

  it("keeps a budget whose calls of the day are used up, however many come after it", async () => {
    const { clock, governor, take } = setUp();
    (await take()).release({ refused: false, remaining: 90, dailyRemaining: 0 });
    clock.advance(11);
    for (let index = 0; index < 2_000; index += 1) {
      const slot = await governor.acquire({
        budget: { kind: "location", id: `location-${index}` },
        fairnessKey: "a",
        deadlineAtMs: clock.nowMs() + 30_000,
      });
      if (slot.ok) slot.value.release({ refused: false });
    }
    expect(governor.snapshot().filter(({ dailyRemaining }) => dailyRemaining === 0)).toHaveLength(
      1,
    );
  });

  it("holds nobody up behind calls that take long", async () => {
    const { clock, ask, take } = setUp();
    for (let index = 0; index < 4; index += 1) await take();
    const fifth = ask("a");
    await settle();
    clock.advance(0.3);
    expect((await fifth).ok).toBe(true);
  });

  it("refuses to take a slot back twice", async () => {
    const slot = await setUp().take();
    slot.release({ refused: false });
    expect(() => slot.release({ refused: false })).toThrow("twice");
  });
});

describe("a fair queue", () => {
  it("takes turns between lines, first come first served within each", () => {
    const queue = createFairQueue<string>();
    for (const member of ["a1", "a2", "a3", "b1", "c1", "b2"]) queue.add(member[0] ?? "", member);
    expect(queue.ahead("a")).toBe(6);
    expect(queue.ahead("d")).toBe(3);
    const order = Array.from({ length: 7 }, () => queue.next());
    expect(order).toEqual(["a1", "b1", "c1", "a2", "b2", "a3", undefined]);
  });
});

describe("the headers of an answer", () => {
  const NOW = Date.UTC(2026, 0, 1);

  it("are read as numbers, and as nothing where they are no numbers", () => {
    const headers = {
      "x-ratelimit-max": "100",
      "x-ratelimit-remaining": "0",
      "x-ratelimit-interval-milliseconds": "10000",
      "x-ratelimit-limit-daily": "200000",
      "x-ratelimit-daily-remaining": "-5",
      "x-ratelimit-daily-reset": String(NOW + 5_000),
      "retry-after": new Date(NOW + 3_000).toUTCString(),
    };
    expect(readRateHeaders(429, headers, NOW)).toEqual({
      refused: true,
      limit: 100,
      remaining: 0,
      intervalMs: 10_000,
      dailyLimit: 200_000,
      dailyResetInMs: 5_000,
      retryAfterMs: 3_000,
    });
    expect(readRateHeaders(200, { "x-ratelimit-max": "0", "retry-after": "soon" }, NOW)).toEqual({
      refused: false,
    });
  });
});
