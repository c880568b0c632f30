import type { Clock } from "../core/clock.ts";
import type { ConnectionId } from "../core/ids.ts";
import type { Random } from "../crypto/random.ts";

/** Keeps a failing connection from being tried with every call. */
export interface Cooldown<Failure> {
  /** The failure to repeat while the connection rests, and the seconds that remain. */
  find(id: ConnectionId): { readonly failure: Failure; readonly seconds: number } | undefined;
  /** Rests a connection: 1 s after the first failure, twice as long after each more, at most 60 s. */
  start(id: ConnectionId, failure: Failure, atLeastSeconds?: number): void;
  end(id: ConnectionId): void;
}

const MAX_SECONDS = 60;

interface Rest<Failure> {
  readonly failures: number;
  readonly failure: Failure;
  readonly startedMs: number;
  readonly lengthMs: number;
}

/** Makes the cooldown of this process; half of each rest is random, so that processes spread out. */
export const createCooldown = <Failure>(deps: {
  readonly clock: Clock;
  readonly random: Random;
}): Cooldown<Failure> => {
  const resting = new Map<ConnectionId, Rest<Failure>>();
  return {
    find: (id) => {
      const rest = resting.get(id);
      if (rest === undefined) return undefined;
      const ageMs = deps.clock.nowMs() - rest.startedMs;
      // A clock that was set back would make the rest longer than it is.
      if (ageMs >= rest.lengthMs || ageMs < 0) return undefined;
      return { failure: rest.failure, seconds: Math.ceil((rest.lengthMs - ageMs) / 1000) };
    },
    start: (id, failure, atLeastSeconds = 0) => {
      const failures = (resting.get(id)?.failures ?? 0) + 1;
      const full = Math.min(MAX_SECONDS, 2 ** (failures - 1));
      const jitter = (deps.random.bytes(1)[0] ?? 0) / 255;
      const seconds = Math.max(atLeastSeconds, full * (0.5 + jitter / 2));
      const startedMs = deps.clock.nowMs();
      resting.set(id, { failures, failure, startedMs, lengthMs: seconds * 1000 });
    },
    end: (id) => {
      resting.delete(id);
    },
  };
};
