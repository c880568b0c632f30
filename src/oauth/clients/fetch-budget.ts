import type { Clock } from "../../core/clock.ts";
import { fail, ok, type Result } from "../../core/result.ts";

const WINDOW_MS = 60_000;
const MAX_PER_ORIGIN = 30;
const MAX_IN_ALL = 120;
const MAX_AT_ONCE = 16;

/** Whose document it is: that of a client of which a copy is kept, or of one that nobody vouches for. */
export type FetchShare = "known" | "stranger";

/** How long until a fetch may be asked for again. */
interface FetchWait {
  readonly retryAfterSeconds: number;
}

/**
 * What whoever sent a request may have fetched in it, however much of the budget is left. Takes one
 * fetch of the share; a wait means that none is left, and nothing is taken.
 */
export type FetchLimit = (share: FetchShare) => FetchWait | undefined;

/** Lets everything be fetched that the budget allows. */
export const NO_FETCH_LIMIT: FetchLimit = () => undefined;

/** Which share a fetch is to come from, and how far the one who asks for it may go. */
export interface FetchAsked {
  readonly share: FetchShare;
  readonly limit: FetchLimit;
}

/**
 * How many documents this process fetches. There are two shares, and each is 30 a minute from one origin,
 * 120 in all, 16 at once: addresses that strangers make up use up theirs, and known clients are still
 * read again. Strangers share one with each other; that a single one does not use it up is for the
 * {@link FetchLimit} of a request to see to.
 */
export interface FetchBudget {
  /** Takes one fetch from the budget, to be ended by the caller; fails with the time to wait. */
  start(origin: string, asked: FetchAsked): Result<{ end(): void }, FetchWait>;
}

/** Makes a budget. It remembers at most as many fetches as it allows in a minute. */
export const createFetchBudget = ({ clock }: { readonly clock: Clock }): FetchBudget => {
  const shares = { known: createShare(clock), stranger: createShare(clock) };
  return {
    start: (origin, { share, limit }) => {
      // The share first: what is not fetched counts against nobody.
      const wait = shares[share].findWait(origin) ?? limit(share);
      return wait === undefined ? ok(shares[share].take(origin)) : fail(wait);
    },
  };
};

interface Share {
  findWait(origin: string): FetchWait | undefined;
  take(origin: string): { end(): void };
}

const createShare = (clock: Clock): Share => {
  let started: readonly { readonly origin: string; readonly atMs: number }[] = [];
  let running = 0;
  return {
    findWait: (origin) => {
      const nowMs = clock.nowMs();
      // One that began in the future means that the clock was set back: nobody waits for it to catch up.
      started = started.filter(({ atMs }) => atMs <= nowMs && nowMs - atMs < WINDOW_MS);
      if (running >= MAX_AT_ONCE) return { retryAfterSeconds: 1 };
      const ofOrigin = started.filter((one) => one.origin === origin);
      const full = ofOrigin.length >= MAX_PER_ORIGIN ? ofOrigin : started;
      const limit = full === ofOrigin ? MAX_PER_ORIGIN : MAX_IN_ALL;
      if (full.length < limit) return undefined;
      const freeAtMs = (full[0]?.atMs ?? nowMs) + WINDOW_MS;
      return { retryAfterSeconds: Math.max(1, Math.ceil((freeAtMs - nowMs) / 1000)) };
    },
    take: (origin) => {
      started = [...started, { origin, atMs: clock.nowMs() }];
      running += 1;
      let ended = false;
      return {
        end: () => {
          if (!ended) running -= 1;
          ended = true;
        },
      };
    },
  };
};
