import { type Clock, type EpochSeconds, toEpochSeconds } from "../../src/core/clock.ts";

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** Moves the time forward and wakes every sleeper that is due. */
  advance(seconds: number): void;
  /** How many calls of `sleep` are waiting. */
  sleeping(): number;
  /** Resolves as soon as at least `count` calls of `sleep` are waiting (1 unless said). */
  whenSleeping(count?: number): Promise<void>;
}

interface Sleeper {
  readonly wakeAtMs: number;
  readonly wake: () => void;
}

/** 2026-01-01T00:00:00Z, the default start. */
const FAKE_START = 1_767_225_600;

/** Makes a fake clock. `advance(0.5)` moves half a second. */
export const createFakeClock = (startSeconds: number = FAKE_START): FakeClock => {
  let nowMs = startSeconds * 1000;
  const sleepers = new Set<Sleeper>();
  const watchers = new Set<{ readonly count: number; readonly notify: () => void }>();

  const notifyWatchers = (): void => {
    for (const watcher of watchers) {
      if (sleepers.size < watcher.count) continue;
      watchers.delete(watcher);
      watcher.notify();
    }
  };

  return {
    nowSeconds: (): EpochSeconds => toEpochSeconds(nowMs / 1000),
    nowMs: () => nowMs,
    sleep: (durationMs, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(signal.reason as Error);
          return;
        }
        const onAbort = (): void => {
          sleepers.delete(sleeper);
          reject(signal?.reason as Error);
        };
        const sleeper: Sleeper = {
          wakeAtMs: nowMs + durationMs,
          wake: () => {
            signal?.removeEventListener("abort", onAbort);
            resolve();
          },
        };
        signal?.addEventListener("abort", onAbort, { once: true });
        sleepers.add(sleeper);
        notifyWatchers();
      }),
    advance: (seconds) => {
      nowMs += seconds * 1000;
      for (const sleeper of sleepers) {
        if (sleeper.wakeAtMs > nowMs) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
    },
    sleeping: () => sleepers.size,
    whenSleeping: (count = 1) =>
      new Promise((resolve) => {
        watchers.add({ count, notify: resolve });
        notifyWatchers();
      }),
  };
};
