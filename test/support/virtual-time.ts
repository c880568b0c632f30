import { setImmediate } from "node:timers/promises";
import { type Clock, toEpochSeconds } from "../../src/core/clock.ts";

/** Time that jumps from one sleeper to the next: an hour passes in as long as its work takes. */
export interface VirtualTime {
  readonly clock: Clock;
  /** Runs until this time, in order of time and then of arrival. */
  runUntil(untilMs: number): Promise<void>;
}

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

/** Makes a time that starts at 2026-01-01T00:00:00Z. */
export const createVirtualTime = (): VirtualTime => {
  let nowMs = 1_767_225_600_000;
  let sleepers: Sleeper[] = [];
  const sleep: Clock["sleep"] = (durationMs, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
        return;
      }
      const sleeper: Sleeper = { atMs: nowMs + Math.max(0, durationMs), wake: resolve };
      sleepers.push(sleeper);
      signal?.addEventListener("abort", () => {
        sleepers = sleepers.filter((one) => one !== sleeper);
        reject(signal.reason as Error);
      });
    });
  return {
    clock: { nowMs: () => nowMs, nowSeconds: () => toEpochSeconds(nowMs / 1000), sleep },
    runUntil: async (untilMs) => {
      for (;;) {
        // Whatever follows from the last wake-up happens before time moves on.
        await setImmediate();
        const next = sleepers.reduce<Sleeper | undefined>(
          (least, one) => (least === undefined || one.atMs < least.atMs ? one : least),
          undefined,
        );
        if (next === undefined || next.atMs > untilMs) break;
        sleepers = sleepers.filter((one) => one !== next);
        nowMs = Math.max(nowMs, next.atMs);
        next.wake();
      }
      nowMs = untilMs;
    },
  };
};
