import { DatabaseSync, type SQLOutputValue, type StatementSync } from "node:sqlite";
import type { Clock } from "../core/clock.ts";
import type { EventWire, WireEnd } from "./event-channel.ts";
import { BUSY_TIMEOUT_MS, whenNotBusy } from "./sqlite-busy.ts";
import { toUnavailable } from "./unavailable.ts";

/** A quarter of the second within which events are to be known. */
const LOOK_EVERY_MS = 250;
/** Every process that runs has looked by then; one that slept longer finds that some are gone. */
const KEEP_MS = 60_000;
const PAGE = 500;

interface Statements {
  readonly version: StatementSync;
  readonly last: StatementSync;
  readonly next: StatementSync;
  readonly add: StatementSync;
  readonly drop: StatementSync;
}

/**
 * The wire of a SQLite file: a table of events, and a look every quarter of a second at whether another
 * process wrote to the file at all. On a connection of its own, which need not wait for the disk: an
 * event that a power cut takes has nobody left to hear it.
 */
export const openSqliteWire = (
  path: string,
  end: WireEnd,
  deps: { readonly clock: Clock },
): EventWire => {
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  database.exec("PRAGMA synchronous = NORMAL");
  const statements = prepare(database);
  let seenVersion = -1;
  let lastNumber = toNumber(statements.last.get());
  let isLost = false;

  const look = (): void => {
    const version = toNumber(statements.version.get());
    if (version === seenVersion) return;
    const rows = statements.next.all({ after: lastNumber });
    const first = rows.length === 0 ? toNumber(statements.last.get()) : toNumber(rows[0]);
    const isGap = rows.length === 0 ? first > lastNumber : first > lastNumber + 1;
    // A full page: the rest at the next look.
    if (rows.length < PAGE) seenVersion = version;
    lastNumber = rows.length === 0 ? first : toNumber(rows.at(-1));
    if (isGap) end.missed();
    for (const row of rows) end.heard(String(row["text"]));
  };
  const lookSafely = (): void => {
    try {
      look();
      if (isLost) end.connected();
      isLost = false;
    } catch (error) {
      isLost = true;
      end.lost(toUnavailable(`"${path}"`, error));
    }
  };
  const timer = setInterval(lookSafely, LOOK_EVERY_MS).unref();
  // Not before the channel knows this wire.
  queueMicrotask(() => end.connected());

  return {
    send: async (text) => {
      const nowMs = deps.clock.nowMs();
      await whenNotBusy(() => {
        statements.add.run({ nowMs, text });
        statements.drop.run({ before: nowMs - KEEP_MS });
      });
    },
    close: async () => {
      clearInterval(timer);
      if (database.isOpen) database.close();
    },
  };
};

const prepare = (database: DatabaseSync): Statements => ({
  version: database.prepare("PRAGMA data_version"),
  last: database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'events'"),
  next: database.prepare(
    `SELECT number, text FROM events WHERE number > :after ORDER BY number LIMIT ${PAGE}`,
  ),
  add: database.prepare("INSERT INTO events (at_ms, text) VALUES (:nowMs, :text)"),
  drop: database.prepare("DELETE FROM events WHERE at_ms < :before"),
});

/** The first column; none counts as 0. */
const toNumber = (row: Readonly<Record<string, SQLOutputValue>> | undefined): number =>
  Number(Object.values(row ?? {})[0] ?? 0);
