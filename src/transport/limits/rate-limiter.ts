import type { Clock } from "../../core/clock.ts";

/** How much is allowed: `burst` at once, and `perSecond` in the long run. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** Counts per key, in the memory of this process. */
export interface RateLimiter {
  /** Takes one from what the key is allowed. Undefined: it was there. Else the wait, and nothing is taken. */
  take(key: string): Wait | undefined;
  /** What {@link RateLimiter.take} would say, without taking. */
  peek(key: string): Wait | undefined;
}

/** How long until the next one is allowed. */
export interface Wait {
  /** Whole seconds, at least 1: the value of a `Retry-After` (RFC 9110 §10.2.3). */
  readonly retryAfterSeconds: number;
}

/**
 * Makes a limiter (generic cell rate algorithm): one number per key, the moment at which all that was
 * taken is earned back. Keeps at most `maxKeys`, and forgets the one that was silent for longest, so
 * a flood of made-up keys costs memory up to that bound and no more.
 */
export const createRateLimiter = (
  deps: { readonly clock: Pick<Clock, "nowMs"> },
  rate: Rate,
  maxKeys: number = MAX_KEYS,
): RateLimiter => {
  const earnedBackAtMs = new Map<string, number>();
  const intervalMs = 1000 / rate.perSecond;
  const fullMs = rate.burst * intervalMs;

  const read = (key: string): { readonly nowMs: number; readonly debtMs: number } => {
    const nowMs = deps.clock.nowMs();
    const debtMs = (earnedBackAtMs.get(key) ?? 0) - nowMs;
    // More than everything can only mean that the clock was set back: nobody waits for it to catch up.
    return { nowMs, debtMs: debtMs > fullMs + intervalMs ? 0 : Math.max(debtMs, 0) };
  };

  const toWait = (debtMs: number): Wait | undefined => {
    const waitMs = debtMs + intervalMs - fullMs;
    // A thousandth of a millisecond is what adding fractions may be off by.
    return waitMs > 0.001 ? { retryAfterSeconds: Math.ceil(waitMs / 1000) } : undefined;
  };

  return {
    peek: (key) => toWait(read(key).debtMs),
    take: (key) => {
      const { nowMs, debtMs } = read(key);
      const wait = toWait(debtMs);
      if (wait !== undefined) return wait;
      earnedBackAtMs.delete(key);
      earnedBackAtMs.set(key, nowMs + debtMs + intervalMs);
      if (earnedBackAtMs.size > maxKeys) dropOldest(earnedBackAtMs);
      return undefined;
    },
  };
};

/** About 2 MB for each limiter at worst. */
const MAX_KEYS = 10_000;

/** A map gives its keys in the order in which they were set last. */
const dropOldest = (map: Map<string, number>): void => {
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
};
