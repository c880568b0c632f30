import type { EpochSeconds } from "../core/clock.ts";
import { toEpochSeconds } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import { type ConnectionId, toLocationId } from "../core/ids.ts";
import { isRecord, tryParseJson } from "../core/json.ts";
import { USAGE_KINDS, type UsageCounts, type UsageRow } from "../core/usage.ts";

/** Counts of one place and hour, in the order of `USAGE_KINDS`. */
export type UsageCell = number[];

/** The calls of one connection on one UTC day, as they are stored. */
export interface UsageRecord {
  /** The number of the last batch that each of the last writers has added. */
  readonly writers: ReadonlyMap<string, number>;
  /** By location ("" for the agency as a whole), `/` and the hour of the day. */
  readonly cells: ReadonlyMap<string, UsageCell>;
}

/** Counts that one process adds to a record in one step. */
export interface UsageBatch {
  readonly writer: string;
  /** Greater than that of any earlier batch of this writer. */
  readonly number: number;
  readonly cells: ReadonlyMap<string, UsageCell>;
}

const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3600;
/** Enough for every process that writes at the same time, and those before a restart. */
const MAX_WRITERS = 32;

/** A record of a day on which nothing was counted yet. */
export const EMPTY_USAGE: UsageRecord = { writers: new Map(), cells: new Map() };

/** The days since the epoch at an instant, in UTC. */
export const toUsageDay = (at: number): number => Math.floor(at / DAY_SECONDS);

/** The key of a cell of a record. */
export const toCellKey = (locationId: string, at: number): string =>
  `${locationId}/${Math.floor((at % DAY_SECONDS) / HOUR_SECONDS)}`;

/** A cell in which nothing is counted. */
export const newUsageCell = (): UsageCell => USAGE_KINDS.map(() => 0);

/**
 * Adds a batch. One that is in the record already changes nothing: a store may have written what it
 * said it could not, and a batch that is sent again must not count twice.
 */
export const addBatch = (
  record: UsageRecord,
  { writer, number, cells }: UsageBatch,
): UsageRecord => {
  if ((record.writers.get(writer) ?? 0) >= number) return record;
  const sums = new Map(record.cells);
  for (const [key, cell] of cells) sums.set(key, addCells(sums.get(key), cell));
  const others = [...record.writers].filter(([name]) => name !== writer);
  return {
    cells: sums,
    writers: new Map([...others.slice(1 - MAX_WRITERS), [writer, number]]),
  };
};

const addCells = (one: UsageCell | undefined, other: readonly number[]): UsageCell =>
  one === undefined ? [...other] : one.map((count, index) => count + (other[index] ?? 0));

interface StoredForm {
  readonly writers: Readonly<Record<string, number>>;
  /** Not looked at yet. */
  readonly cells: Readonly<Record<string, unknown>>;
}

const isStoredForm = (value: unknown): value is StoredForm =>
  isRecord(value) &&
  isRecord(value["writers"]) &&
  Object.values(value["writers"]).every(isCount) &&
  isRecord(value["cells"]);

/**
 * Hands every cell on, checked. By hand and in one go: the record of an agency with a thousand locations has
 * 24,000 cells, for which a schema takes several times as long.
 */
const eachCell = (
  { cells }: StoredForm,
  visit: (key: string, cell: readonly number[]) => void,
): void => {
  for (const key of Object.keys(cells)) {
    const cell = cells[key];
    if (!CELL_KEY.test(key) || !isCell(cell)) throw corrupt();
    visit(key, cell);
  }
};

const CELL_KEY = /^[^/]*\/(?:1?\d|2[0-3])$/u;

const isCell = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length <= USAGE_KINDS.length && value.every(isCount);

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;

/** The record as text: JSON, with the zeros at the end of each cell left out. */
export const writeUsageRecord = ({ writers, cells }: UsageRecord): string =>
  JSON.stringify({
    writers: Object.fromEntries(writers),
    cells: Object.fromEntries([...cells].map(([key, cell]) => [key, withoutLastZeros(cell)])),
  });

const withoutLastZeros = (cell: UsageCell): UsageCell =>
  cell.slice(0, cell.findLastIndex((value) => value > 0) + 1);

/** Reads what {@link writeUsageRecord} wrote. Throws `AppError("storage_corrupt")` for anything else. */
export const readUsageRecord = (text: string): UsageRecord => {
  const stored = parseStored(text);
  const cells = new Map<string, UsageCell>();
  eachCell(stored, (key, cell) => cells.set(key, addCells(newUsageCell(), cell)));
  return { writers: new Map(Object.entries(stored.writers)), cells };
};

const parseStored = (text: string): StoredForm => {
  const parsed = tryParseJson(text);
  if (isStoredForm(parsed)) return parsed;
  throw corrupt();
};

const corrupt = (): AppError =>
  new AppError("storage_corrupt", 'a record of "usage" does not have the right form');

/**
 * The rows of a record as it is stored: of this connection on this day, hour by hour or of the day as a whole.
 * Straight from what was parsed, since a month of an agency has 150,000 cells and more. Throws as
 * {@link readUsageRecord} does.
 */
export const readUsageRows = (
  text: string,
  {
    connectionId,
    day,
    by,
  }: { readonly connectionId: ConnectionId; readonly day: number; readonly by: "hour" | "day" },
): readonly UsageRow[] => {
  const stored = parseStored(text);
  const toRow = (place: string, hour: number, cell: readonly number[]): UsageRow => ({
    connectionId,
    ...(place !== "" && { locationId: toLocationId(place) }),
    hour: toHour(day, hour),
    counts: toCounts(cell),
  });
  if (by === "day") return [...sumByPlace(stored)].map(([place, sum]) => toRow(place, 0, sum));
  const rows: UsageRow[] = [];
  eachCell(stored, (key, cell) => {
    const end = key.indexOf("/");
    rows.push(toRow(key.slice(0, end), Number(key.slice(end + 1)), cell));
  });
  return rows;
};

/** The cells of each place together. */
const sumByPlace = (stored: StoredForm): ReadonlyMap<string, UsageCell> => {
  const sums = new Map<string, UsageCell>();
  eachCell(stored, (key, cell) => {
    const place = key.slice(0, key.indexOf("/"));
    sums.set(place, addCells(sums.get(place) ?? newUsageCell(), cell));
  });
  return sums;
};

const toHour = (day: number, hour: number): EpochSeconds =>
  toEpochSeconds(day * DAY_SECONDS + hour * HOUR_SECONDS);

const toCounts = (cell: readonly number[]): UsageCounts => {
  const counts: Partial<Record<keyof UsageCounts, number>> = {};
  for (const [index, kind] of USAGE_KINDS.entries()) counts[kind] = cell[index] ?? 0;
  // `USAGE_KINDS` are the very keys of the counts.
  return counts as UsageCounts;
};
