import { describe, expect, it } from "vitest";

import { nextPart } from "../../../src/ghl/rate-part.ts";
import { type LoadingProcess, simulateLoad } from "./simulate-load.ts";

const LIMIT = 100;

const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0);

/** The least of several, as a part of their mean. */
const fairness = (values: readonly number[]): number =>
  (Math.min(...values) * values.length) / sum(values);

const measure = async (processes: readonly LoadingProcess[], windows: number, seed?: number) => {
  const outcome = await simulateLoad(processes, windows, seed);
  return {
    ...outcome,
    goodput: (outcome.sent - outcome.refused) / (windows * LIMIT),
    refusals: outcome.refused / outcome.sent,
    /** How fair the processes were to each other in the windows from this one on. */
    fairFrom: (window: number): number =>
      fairness(outcome.byProcess.map((own) => sum(own.slice(window)))),
  };
};

describe("processes that share one limit and see only its headers", () => {
  it.each([1, 2, 3, 4, 5])(
    "get equal parts, and so do their grants, whatever these offer (seed %i)",
    async (seed) => {
      const two = [{ grants: { a1: 20, a2: 5 } }, { grants: { b1: 20, b2: 5 }, startMs: 30 }];
      const outcome = await measure(two, 6, seed);
      expect(outcome.goodput).toBeGreaterThanOrEqual(0.95);
      expect(outcome.refusals).toBeLessThanOrEqual(0.02);
      expect(outcome.fairFrom(0)).toBeGreaterThanOrEqual(0.9);
      expect(fairness(Object.values(outcome.byGrant))).toBeGreaterThanOrEqual(0.85);
    },
  );

  it("come to equal parts when one joins later, and take all when it leaves", async () => {
    const joined = await measure(
      [{ grants: { a: 25 } }, { grants: { b: 25 }, startMs: 25_000 }],
      12,
    );
    expect(joined.byProcess[0]?.slice(0, 2)).toEqual([100, 100]);
    expect(joined.fairFrom(4)).toBeGreaterThanOrEqual(0.85);
    const left = await measure([{ grants: { a: 25 } }, { grants: { b: 25 }, endMs: 30_000 }], 16);
    expect(sum(left.byProcess[0]?.slice(14) ?? [])).toBeGreaterThanOrEqual(190);
    for (const { goodput, refusals } of [joined, left]) {
      expect(goodput).toBeGreaterThanOrEqual(0.95);
      expect(refusals).toBeLessThanOrEqual(0.02);
    }
  });

  it("are four, or three that join one by one", async () => {
    const four = await measure(
      ["a", "b", "c", "d"].map((grant, at) => ({ grants: { [grant]: 25 }, startMs: at * 37 })),
      12,
    );
    const three = await measure(
      ["a", "b", "c"].map((grant, at) => ({ grants: { [grant]: 25 }, startMs: at * 25_000 })),
      16,
    );
    expect(four.fairFrom(2)).toBeGreaterThanOrEqual(0.85);
    expect(three.fairFrom(8)).toBeGreaterThanOrEqual(0.6);
    for (const { goodput, refusals } of [four, three]) {
      expect(goodput).toBeGreaterThanOrEqual(0.95);
      expect(refusals).toBeLessThanOrEqual(0.02);
    }
  });

  it("are ten, where no one is starved", async () => {
    const ten = await measure(
      Array.from({ length: 10 }, (_, at) => ({ grants: { [`g${at}`]: 25 }, startMs: at * 37 })),
      12,
    );
    expect(ten.goodput).toBeGreaterThanOrEqual(0.95);
    expect(ten.refusals).toBeLessThanOrEqual(0.08);
    expect(ten.fairFrom(0)).toBeGreaterThanOrEqual(0.7);
  });

  it.each([500, 1_000])(
    "are as fair where one is %i ms from GoHighLevel and the other near",
    async (latencyMs) => {
      for (const seed of [1, 2, 3, 4]) {
        const far = { grants: { a: 25 }, latencyMs };
        const outcome = await measure([far, { grants: { b: 25 }, startMs: 600 }], 12, seed);
        expect(outcome.goodput).toBeGreaterThanOrEqual(0.95);
        expect(outcome.refusals).toBeLessThanOrEqual(0.02);
        expect(outcome.fairFrom(0)).toBeGreaterThanOrEqual(0.9);
        // Whoever is late is not later each time.
        expect(outcome.fairFrom(8)).toBeGreaterThanOrEqual(0.9);
      }
    },
  );

  it("leave one that needs little all that it needs, and the rest to the other", async () => {
    const outcome = await measure(
      [{ grants: { a: 25 } }, { grants: { b: 1 }, startMs: 3_000 }],
      12,
    );
    expect(outcome.byGrant["b"]).toBeGreaterThanOrEqual(110);
    expect(outcome.goodput).toBeGreaterThanOrEqual(0.95);
  });

  it("use the limit to the last call when there is only one, and are never refused", async () => {
    const outcome = await measure([{ grants: { a: 20, b: 5 } }], 6);
    expect(outcome.refused).toBe(0);
    expect(outcome.goodput).toBe(1);
  });

  it("use most of the limit when there is only one, however slow the calls are", async () => {
    for (const [latencyMs, least] of [
      [1_000, 0.98],
      [2_000, 0.9],
      [3_000, 0.88],
      [4_000, 0.88],
    ] as const) {
      const outcome = await measure([{ grants: { a: 25 }, latencyMs }], 10);
      expect(outcome.refused).toBe(0);
      expect(outcome.goodput).toBeGreaterThanOrEqual(least);
    }
  });
});

describe("the part of the next window", () => {
  const lesson = { part: 0.4, own: 0.4, left: 0, paced: true };

  it("shrinks by the factor by which all were too many, and never by more than to three tenths", () => {
    expect(nextPart({ ...lesson, exhaustedAt: 0.5 })).toBeCloseTo(0.2);
    expect(nextPart({ ...lesson, exhaustedAt: 0.01 })).toBeCloseTo(0.12);
    expect(nextPart({ ...lesson, part: 0.02, exhaustedAt: 0.01 })).toBe(0.02);
  });

  it("is what was had of a window that all began as if they were alone", () => {
    const burst = { ...lesson, part: 0.5, exhaustedAt: 0.3, paced: false };
    expect(nextPart({ ...burst, own: 0.35 })).toBe(0.35);
    expect(nextPart({ ...burst, own: 0.8 })).toBe(0.5);
    expect(nextPart({ ...burst, own: 0.01 })).toBeCloseTo(0.15);
  });

  it("stays where the calls ran out near the end of the phase, or none were wanted", () => {
    expect(nextPart({ ...lesson, exhaustedAt: 0.9 })).toBe(0.4);
    expect(nextPart({ ...lesson, own: 0.1, left: 0.5 })).toBe(0.4);
  });

  it("grows by one step, the same for all, up to one half", () => {
    expect(nextPart({ ...lesson, left: 0.5 })).toBeCloseTo(0.45);
    expect(nextPart({ ...lesson, part: 0.49, own: 0.49, left: 0.5 })).toBe(0.5);
  });
});
