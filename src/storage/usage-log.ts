import { type Clock, type EpochSeconds, toEpochSeconds } from "../core/clock.ts";
import { isStoreAway } from "../core/errors.ts";
import type { ConnectionId } from "../core/ids.ts";
import type { Logger } from "../core/logger.ts";
import { mapPaced } from "../core/pace.ts";
import { USAGE_KINDS, type UsageLog, type UsedCall } from "../core/usage.ts";
import type { Random } from "../crypto/random.ts";
import type { Address, RecordStore } from "./record-store.ts";
import {
  addBatch,
  EMPTY_USAGE,
  newUsageCell,
  readUsageRecord,
  readUsageRows,
  toCellKey,
  toUsageDay,
  type UsageBatch,
  type UsageCell,
  writeUsageRecord,
} from "./usage-record.ts";

/** What {@link createUsageLog} needs. */
export interface UsageLogDeps {
  readonly store: RecordStore;
  readonly clock: Pick<Clock, "nowSeconds">;
  readonly random: Random;
  readonly log: Logger;
  /** The most counts that are kept while the store takes none; one is a place and an hour. 20,000 unless said. */
  readonly maxCells?: number;
}

const NAMESPACE = "usage";
const DAY_SECONDS = 86_400;
/** A day longer than the page looks back. */
const KEEP_DAYS = 32;
const MAX_CELLS = 20_000;
/** Records that are written at the same time. */
const AT_ONCE = 8;
/** One day of an agency takes some ten milliseconds to be checked, so days are read one by one. */
const READ_AT_ONCE = 1;
/** Other processes may be faster so often; then the next round tries. */
const MAX_TRIES = 20;
/** 48 random bits tell the processes of a month apart. */
const WRITER_LENGTH = 8;

/** The counts of one record that are not in the store yet. */
interface Unwritten {
  readonly at: Address;
  readonly expiresAt: EpochSeconds;
  /** Counted since the batch was closed. */
  cells: Map<string, UsageCell>;
  /** On its way to the store; it stays the same until it has arrived for certain. */
  batch: UsageBatch | undefined;
}

/** What waits for the store in this process. */
interface Waiting {
  /** By connection and day. */
  readonly records: Map<string, Unwritten>;
  /** How many cells the records have together. */
  cells: number;
}

/**
 * Opens the counts of calls. Counting is an addition in memory; {@link UsageLog.flush} adds what came
 * together to one record a connection and UTC day, at the version read, so that the counts of several
 * processes add up. A process that is killed loses what it had not flushed.
 */
export const createUsageLog = (deps: UsageLogDeps): UsageLog => {
  const { store, clock } = deps;
  const waiting: Waiting = { records: new Map(), cells: 0 };
  const admit = createAdmission(deps, waiting);
  const write = createWrite(deps, waiting);
  const report = createReport(deps);
  let running: Promise<unknown> = Promise.resolve();
  /** One after the other: a batch on its way must not be sent twice at once. */
  const flush = (keys: () => readonly string[]): Promise<unknown> => {
    const flushed = running.then(() => writeRecords(keys(), write));
    running = flushed;
    return flushed;
  };

  return {
    count: (call) => {
      const cell = findCell(waiting, call, { now: clock.nowSeconds(), admit });
      if (cell === undefined) return;
      increment(cell, call.access);
      if (call.failure !== undefined) increment(cell, call.failure);
    },
    flush: async ({ atMost } = {}) => {
      report(await flush(() => [...waiting.records.keys()].slice(0, atMost)));
    },
    read: async (connectionId, since, by = "hour") => {
      const days = toDays(since, clock.nowSeconds());
      // Its own records alone: what one person opens must not make the store take everybody's.
      await flush(() => days.map((day) => toWaitingKey(connectionId, day)));
      const records = await mapPaced(days, READ_AT_ONCE, async (day) => {
        const stored = await store.get(toAddress(connectionId, day));
        return stored === undefined ? [] : readUsageRows(stored.value, { connectionId, day, by });
      });
      return records.flat();
    },
  };
};

const increment = (cell: UsageCell, kind: (typeof USAGE_KINDS)[number]): void => {
  const index = USAGE_KINDS.indexOf(kind);
  cell[index] = (cell[index] ?? 0) + 1;
};

/** The days from an instant on, and tomorrow: another process's clock may be ahead of ours. */
const toDays = (since: EpochSeconds, now: EpochSeconds): readonly number[] => {
  const last = toUsageDay(now) + 1;
  const first = Math.max(toUsageDay(since), last - KEEP_DAYS);
  return Array.from({ length: Math.max(last - first + 1, 0) }, (_, index) => first + index);
};

const toWaitingKey = (connectionId: ConnectionId, day: number): string => `${connectionId}/${day}`;

const toAddress = (connectionId: ConnectionId, day: number): Address => ({
  namespace: NAMESPACE,
  key: `${connectionId}/${new Date(day * DAY_SECONDS * 1000).toISOString().slice(0, 10)}`,
});

const findCell = (
  waiting: Waiting,
  { connectionId, locationId }: UsedCall,
  { now, admit }: { readonly now: EpochSeconds; readonly admit: () => boolean },
): UsageCell | undefined => {
  const day = toUsageDay(now);
  const key = toWaitingKey(connectionId, day);
  const cellKey = toCellKey(locationId ?? "", now);
  const known = waiting.records.get(key);
  const found = known?.cells.get(cellKey);
  if (found !== undefined) return found;
  if (!admit()) return undefined;
  const entry = known ?? {
    at: toAddress(connectionId, day),
    expiresAt: toEpochSeconds((day + KEEP_DAYS) * DAY_SECONDS),
    cells: new Map<string, UsageCell>(),
    batch: undefined,
  };
  const cell = newUsageCell();
  entry.cells.set(cellKey, cell);
  waiting.records.set(key, entry);
  waiting.cells += 1;
  return cell;
};

/** Whether another cell may be kept in memory; says so once when it may not. */
const createAdmission = (
  { log, maxCells = MAX_CELLS }: UsageLogDeps,
  waiting: Waiting,
): (() => boolean) => {
  let said = false;
  return () => {
    const isFull = waiting.cells >= maxCells;
    if (isFull && !said) {
      log.warn("too many counts of calls wait for the store, so some are left out");
    }
    said = isFull;
    return !isFull;
  };
};

/** Writes the counts of records; gives the first failure, if there was one. */
const writeRecords = async (
  keys: readonly string[],
  write: (key: string) => Promise<void>,
): Promise<unknown> => {
  let failure: unknown;
  let isAway = false;
  // An embedded store works within the call, and waits for its disk there: so many in one turn are long.
  await mapPaced(keys, AT_ONCE, async (key) => {
    // A store that is away would only hold up the rest as well.
    if (isAway) return;
    await write(key).catch((error: unknown) => {
      failure ??= error;
      isAway ||= isStoreAway(error);
    });
  });
  return failure;
};

/** Says that counts could not be stored: once, until all could. */
const createReport = ({ log }: Pick<UsageLogDeps, "log">): ((failure: unknown) => void) => {
  let failing = false;
  return (error) => {
    if (error !== undefined && !failing) {
      log.warn("counts of calls could not be stored and are tried again", { error });
    }
    failing = error !== undefined;
  };
};

/** Makes what writes the counts of one record: a batch that may have arrived first, then the rest. */
const createWrite = (
  { store, random }: UsageLogDeps,
  waiting: Waiting,
): ((key: string) => Promise<void>) => {
  const writer = random.id().slice(0, WRITER_LENGTH);
  let batches = 0;
  const send = async (entry: Unwritten): Promise<void> => {
    if (entry.batch === undefined) {
      batches += 1;
      entry.batch = { writer, number: batches, cells: entry.cells };
      entry.cells = new Map();
    }
    if (!(await addToRecord(store, entry, entry.batch))) return;
    waiting.cells -= entry.batch.cells.size;
    entry.batch = undefined;
  };
  return async (key) => {
    const entry = waiting.records.get(key);
    if (entry === undefined) return;
    if (entry.batch !== undefined) await send(entry);
    if (entry.batch === undefined && entry.cells.size > 0) await send(entry);
    if (entry.batch === undefined && entry.cells.size === 0) waiting.records.delete(key);
  };
};

/** Adds a batch to its record; false where others were faster too often. */
const addToRecord = async (
  store: RecordStore,
  { at, expiresAt }: Unwritten,
  batch: UsageBatch,
): Promise<boolean> => {
  for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
    const stored = await store.get(at);
    const record = stored === undefined ? EMPTY_USAGE : readUsageRecord(stored.value);
    const sum = addBatch(record, batch);
    if (sum === record) return true;
    const ifVersion = stored?.version ?? "absent";
    const written = await store.put(at, writeUsageRecord(sum), { ifVersion, expiresAt });
    if (written.ok) return true;
  }
  return false;
};
