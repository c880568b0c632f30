import type { Clock } from "../../core/clock.ts";
import { fail, ok, type Result } from "../../core/result.ts";

const WINDOW_MS = 60_000;
const MAX_PER_ORIGIN = 30;
const MAX_IN_ALL = 120;
const MAX_AT_ONCE = 16;

/** How many documents this process fetches: 30 a minute from one origin, 120 in all, 16 at once. */
export interface FetchBudget {
  /** Takes one fetch from the budget, to be ended by the caller; fails with the time to wait. */
  start(origin: string): Result<{ end(): void }, { readonly retryAfterSeconds: number }>;
}

/** Makes a budget. It remembers at most as many fetches as it allows in a minute. */
export const createFetchBudget = (deps: { readonly clock: Clock }): FetchBudget => {
  let started: readonly { readonly origin: string; readonly atMs: number }[] = [];
  let running = 0;
  return {
    start: (origin) => {
      const nowMs = deps.clock.nowMs();
      started = started.filter((one) => nowMs - one.atMs < WINDOW_MS);
      const ofOrigin = started.filter((one) => one.origin === origin);
      if (running >= MAX_AT_ONCE) return fail({ retryAfterSeconds: 1 });
      const full = ofOrigin.length >= MAX_PER_ORIGIN ? ofOrigin : started;
      const limit = full === ofOrigin ? MAX_PER_ORIGIN : MAX_IN_ALL;
      if (full.length >= limit) {
        const freeAtMs = (full[0]?.atMs ?? nowMs) + WINDOW_MS;
        return fail({ retryAfterSeconds: Math.max(1, Math.ceil((freeAtMs - nowMs) / 1000)) });
      }
      started = [...started, { origin, atMs: nowMs }];
      running += 1;
      let ended = false;
      return ok({
        end: () => {
          if (!ended) running -= 1;
          ended = true;
        },
      });
    },
  };
};
