import { type Clock, sleepUnlessAborted } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { UsageLog } from "../core/usage.ts";
import type { RecordStore } from "./record-store.ts";

/** Work that is done again and again. */
export interface Rounds {
  /** Resolves when the round that is running has ended. */
  stop(): Promise<void>;
}

const SWEEP_EVERY_MS = 5 * 60_000;

/** Removes expired records every few minutes until it is stopped. */
export const startSweeping = (deps: {
  readonly store: RecordStore;
  readonly clock: Clock;
  readonly log: Logger;
}): Rounds => {
  const { clock, log, store } = deps;
  return startRounds(clock, {
    waitMs: () => SWEEP_EVERY_MS,
    work: async () => {
      try {
        const removed = await store.sweep();
        if (removed > 0) log.debug("removed expired records", { removed });
      } catch (cause) {
        // The next round tries again: expired records are invisible already, only the space is not freed.
        log.warn("expired records could not be removed", { error: cause });
      }
    },
  });
};

const FLUSH_AFTER_MS = { least: 10_000, most: 30_000 } as const;
/** Thousands of accounts take turns: each write costs a store some tenths of a millisecond. */
const FLUSH_AT_MOST = 500;

/**
 * Brings counts of calls to the store every 10 to 30 s until it is stopped, those of some accounts at a
 * time, and what is left then. `jitter` gives a number from 0 up to 1.
 */
export const startFlushing = (
  { clock, jitter }: { readonly clock: Clock; jitter(): number },
  usage: Pick<UsageLog, "flush">,
): Rounds => {
  const { least, most } = FLUSH_AFTER_MS;
  const rounds = startRounds(clock, {
    // Processes that started together do not write together.
    waitMs: () => least + jitter() * (most - least),
    work: () => usage.flush({ atMost: FLUSH_AT_MOST }),
  });
  return {
    stop: async () => {
      await rounds.stop();
      await usage.flush();
    },
  };
};

/** Does work that never rejects, after a wait each time. */
const startRounds = (
  clock: Clock,
  { waitMs, work }: { waitMs(): number; work(): Promise<void> },
): Rounds => {
  const stopping = new AbortController();
  const running = (async () => {
    while (await sleepUnlessAborted(clock, waitMs(), stopping.signal)) await work();
  })();
  return {
    stop: async () => {
      stopping.abort(new Error("stopped"));
      await running;
    },
  };
};
