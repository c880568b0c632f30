import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toEpochSeconds } from "../../../src/core/clock.ts";
import { planAhead, planRefresh } from "../../../src/upstream/token-set.ts";

const now = toEpochSeconds(1_000_000);

describe("the plan of a refresh", () => {
  it.each([
    [86_399, 0, 86_399 - 900],
    [86_399, 1, 86_399 - 1200],
    [100, 0, 80],
    [100, 1, 75],
  ])("of a token that lives %i s, with jitter %d, is due after %i s", (lifetime, jitter, due) => {
    const plan = planRefresh(now, lifetime, jitter);
    expect(plan).toEqual({ expiresAt: now + lifetime, refreshAfter: now + due });
  });

  it("is always before the end, and never in the first half of a token's life", () => {
    const lifetime = fc.integer({ min: 4, max: 400 * 86_400 });
    fc.assert(
      fc.property(lifetime, fc.double({ min: 0, max: 1, noNaN: true }), (seconds, jitter) => {
        const plan = planRefresh(now, seconds, jitter);
        expect(plan.refreshAfter).toBeLessThan(plan.expiresAt);
        expect(plan.refreshAfter - now).toBeGreaterThanOrEqual(seconds / 2);
      }),
    );
  });
});

describe("the plan of a refresh that nobody waits for", () => {
  const ahead = (lifetime: number, jitter: number) =>
    planAhead(now, planRefresh(now, lifetime, 1), jitter) - now;

  it.each([
    [86_399, 0, 69_119],
    [86_399, 1, 64_799],
    [7200, 0, 5760],
    [100, 0, 75],
  ])("of a token that lives %i s, with jitter %d, is due after %i s", (lifetime, jitter, due) => {
    expect(ahead(lifetime, jitter)).toBe(due);
  });

  it("is never later than the refresh that a call would make", () => {
    const lifetime = fc.integer({ min: 4, max: 400 * 86_400 });
    const jitter = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(lifetime, jitter, (seconds, spread) => {
        expect(ahead(seconds, spread)).toBeLessThanOrEqual(
          planRefresh(now, seconds, 1).refreshAfter - now,
        );
      }),
    );
  });
});
