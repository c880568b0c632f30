import type { Clock } from "../core/clock.ts";
import { toEpochSeconds } from "../core/clock.ts";
import { isStoreAway } from "../core/errors.ts";
import type { ConnectionId } from "../core/ids.ts";
import type { Logger } from "../core/logger.ts";
import type { RecordStore } from "../storage/record-store.ts";

/** The right to refresh one connection, held by one process at a time. */
export interface RefreshLease {
  /** Gives the right back; a right that has run out and was taken by another stays theirs. */
  release(): Promise<void>;
}

/** The leases of a store, shared by all processes on it. */
export interface RefreshLeases {
  /** Takes the right for 30 seconds; undefined while another process has it. */
  acquire(id: ConnectionId): Promise<RefreshLease | undefined>;
}

const NAMESPACE = "refresh_lease";

/**
 * Longer than a refresh can take: two requests of 10 seconds, and three more to write the answer. A
 * process that dies holds the others up for no longer than this and {@link SKEW_MS}.
 */
const LEASE_MS = 30_000;

/**
 * How far the clocks of two machines may differ. From {@link LEASE_MS} on, the machine that is ahead heeds
 * no lease of the other one anyway, so a larger number would hold up the others for little. Two live
 * processes may then refresh at once. What keeps the tokens right is the versions: a lease is taken and
 * given back at the version read, and a rotation replaces only the tokens that it came from.
 */
const SKEW_MS = 30_000;

/**
 * Forgotten a day after the last refresh. Until then the record stays when the lease is given back:
 * its version only ever grows, which is what keeps a late release from ending another's lease.
 */
const REMEMBERED_SECONDS = 24 * 3600;

/** Makes the leases. The record is the time in milliseconds until which the connection is taken. */
export const createRefreshLeases = (deps: {
  readonly store: RecordStore;
  readonly clock: Clock;
  readonly log: Logger;
}): RefreshLeases => {
  const { store, clock, log } = deps;
  const write = (id: ConnectionId, untilMs: number, ifVersion: "absent" | number) =>
    store.put({ namespace: NAMESPACE, key: id }, String(untilMs), {
      ifVersion,
      expiresAt: toEpochSeconds(clock.nowMs() / 1000 + REMEMBERED_SECONDS),
    });

  return {
    acquire: async (id) => {
      const nowMs = clock.nowMs();
      const current = await store.get({ namespace: NAMESPACE, key: id });
      if (current !== undefined && isHeld(Number(current.value), nowMs)) return undefined;
      const taken = await write(id, nowMs + LEASE_MS, current?.version ?? "absent");
      if (!taken.ok) return undefined;
      return {
        release: async () => {
          try {
            await write(id, 0, taken.version);
          } catch (error) {
            // The lease ends by itself; what the refresh came to matters more than this failure.
            if (!isStoreAway(error)) throw error;
            log.warn("a refresh lease could not be given back", { connectionId: id });
          }
        },
      };
    },
  };
};

/** An end that is too far ahead is by a wrong clock, or this one was set back: nobody waits for it. */
const isHeld = (untilMs: number, nowMs: number): boolean =>
  untilMs > nowMs && untilMs - nowMs <= LEASE_MS + SKEW_MS;
