import type { Clock } from "../core/clock.ts";
import type { LocationSummary } from "../core/connection.ts";
import type { ConnectionId } from "../core/ids.ts";

/** Lists of locations that were read lately. */
export interface LocationLists {
  find(id: ConnectionId): readonly LocationSummary[] | undefined;
  keep(id: ConnectionId, list: readonly LocationSummary[]): void;
  drop(id: ConnectionId): void;
  clear(): void;
}

const KEEP_MS = 60_000;
/** Of all lists together: some megabytes, however many connections there are. */
const MAX_LOCATIONS = 20_000;

interface Kept {
  readonly list: readonly LocationSummary[];
  readonly atMs: number;
}

/** Makes a cache that keeps a list for a minute, and drops the oldest ones where there are too many. */
export const createLocationLists = (clock: Pick<Clock, "nowMs">): LocationLists => {
  // In the order in which they were read, so that the oldest stand in front.
  const lists = new Map<ConnectionId, Kept>();
  let locations = 0;
  const isOld = ({ atMs }: Kept): boolean => {
    const ageMs = clock.nowMs() - atMs;
    // A clock that was set back makes everything look new.
    return ageMs >= KEEP_MS || ageMs < 0;
  };
  /** A list without locations takes a place, too. */
  const weigh = ({ list }: Kept): number => Math.max(1, list.length);
  const drop = (id: ConnectionId): void => {
    const kept = lists.get(id);
    if (kept === undefined) return;
    lists.delete(id);
    locations -= weigh(kept);
  };
  return {
    find: (id) => {
      const kept = lists.get(id);
      return kept === undefined || isOld(kept) ? undefined : kept.list;
    },
    keep: (id, list) => {
      drop(id);
      const kept = { list, atMs: clock.nowMs() };
      lists.set(id, kept);
      locations += weigh(kept);
      for (const [oldest, one] of lists) {
        if (oldest === id || (locations <= MAX_LOCATIONS && !isOld(one))) break;
        drop(oldest);
      }
    },
    drop,
    clear: () => {
      lists.clear();
      locations = 0;
    },
  };
};
