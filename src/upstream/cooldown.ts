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

/** Makes the cooldown of this process; half of each rest is random, so that processes spread out. */
export const createCooldown = <Failure>(deps: {
  readonly clock: Clock;
  readonly random: Random;
}): Cooldown<Failure> => {
  const resting = new Map<ConnectionId, { failures: number; untilMs: number; failure: Failure }>();
  return {
    find: (id) => {
      const rest = resting.get(id);
      if (rest === undefined) return undefined;
      const leftMs = rest.untilMs - deps.clock.nowMs();
      return leftMs > 0 ? { failure: rest.failure, seconds: Math.ceil(leftMs / 1000) } : undefined;
    },
    start: (id, failure, atLeastSeconds = 0) => {
      const failures = (resting.get(id)?.failures ?? 0) + 1;
      const full = Math.min(MAX_SECONDS, 2 ** (failures - 1));
      const jitter = (deps.random.bytes(1)[0] ?? 0) / 255;
      const seconds = Math.max(atLeastSeconds, full * (0.5 + jitter / 2));
      resting.set(id, { failures, failure, untilMs: deps.clock.nowMs() + seconds * 1000 });
    },
    end: (id) => {
      resting.delete(id);
    },
  };
};
