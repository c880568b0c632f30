import { chmodSync, closeSync, fstatSync, mkdirSync, openSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { DatabaseSync, type SQLOutputValue, type StatementSync } from "node:sqlite";
import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { MaintainableStore } from "./maintainable-store.ts";
import { AFTER_ALL_KEYS, type ListPage, type PutOutcome, type Stored } from "./record-store.ts";
import { BUSY_TIMEOUT_MS, whenNotBusy } from "./sqlite-busy.ts";
import { createSqliteMaintenance } from "./sqlite-maintenance.ts";
import { migrate } from "./sqlite-schema.ts";
import { sweepInBatches } from "./sweep-in-batches.ts";

/** While a file is opened, nothing else runs that could be held up. */
const OPENING_TIMEOUT_MS = 5_000;
const OWNER_ONLY = 0o600;

type Row = Record<string, SQLOutputValue>;

const LIVE = "(expires_at IS NULL OR expires_at > :now)";
const INSERT = `INSERT INTO records (namespace, key, value, version, expires_at, grp)
  VALUES (:namespace, :key, :value, 1, :expiresAt, :grp) ON CONFLICT (namespace, key)`;
const NEW_CONTENT = "value = excluded.value, expires_at = excluded.expires_at, grp = excluded.grp";

/**
 * By the index of groups, said aloud: for a page SQLite would rather go through the primary key, which is
 * all keys of the namespace, whoever's they are.
 */
const KEYS = "SELECT key FROM records INDEXED BY records_by_group";
const PAGE = `${KEYS}
  WHERE namespace = :namespace AND grp = :grp AND key > :after AND key < :before AND ${LIVE}`;
/** Deleted at a time, which is a few milliseconds. */
const SWEEP_BATCH = 500;

/**
 * Pages of the WAL after which a commit takes them over into the file, before it returns. SQLite's own 1,000, from all
 * over a file of 60 MB, held the event loop for 28 to 40 ms, half of it in one fsync; with 200 it was 18 to 25 ms on
 * the same disk, for as many writes a second (measured 2026-11-28).
 */
const CHECKPOINT_PAGES = 200;

/**
 * What is asked of the file.
 *
 * @internal
 */
export const SQL = {
  get: `SELECT value, version FROM records WHERE namespace = :namespace AND key = :key AND ${LIVE}`,
  put: `${INSERT} DO UPDATE SET ${NEW_CONTENT},
    version = CASE WHEN ${LIVE} THEN version + 1 ELSE 1 END RETURNING version`,
  putAbsent: `${INSERT} DO UPDATE SET ${NEW_CONTENT}, version = 1 WHERE NOT ${LIVE} RETURNING version`,
  putVersion: `UPDATE records
    SET value = :value, version = version + 1, expires_at = :expiresAt, grp = :grp
    WHERE namespace = :namespace AND key = :key AND version = :version AND ${LIVE} RETURNING version`,
  // An expired record is swept, not taken; it may go here as well, but nobody gets it.
  take: `DELETE FROM records WHERE namespace = :namespace AND key = :key AND ${LIVE}
    RETURNING value, version`,
  delete: "DELETE FROM records WHERE namespace = :namespace AND key = :key",
  list: `${KEYS} WHERE namespace = :namespace AND grp = :grp AND ${LIVE} ORDER BY key`,
  page: `${PAGE} ORDER BY key LIMIT :limit`,
  lastPage: `${PAGE} ORDER BY key DESC LIMIT :limit`,
  sweep: `DELETE FROM records WHERE rowid IN (
    SELECT rowid FROM records WHERE expires_at <= :now LIMIT ${SWEEP_BATCH})`,
} as const;

/**
 * Opens or creates a store in one SQLite file, made with mode 0600 in a folder that is made where it
 * is missing. Several processes of one machine may share the file (WAL). A write is on the disk when
 * its promise resolves: `synchronous` is FULL, because a GoHighLevel refresh token that is lost to a
 * power cut is a sign-in that a person must repeat. Throws `AppError("storage_unavailable")`.
 */
export const openSqliteStore = (
  path: string,
  deps: { readonly clock: Clock },
): MaintainableStore => {
  const guarded = <Value>(run: () => Value): Value => {
    try {
      return run();
    } catch (cause) {
      throw cause instanceof AppError ? cause : unavailable(path, cause);
    }
  };
  const patient = <Value>(run: () => Value): Promise<Value> =>
    whenNotBusy(run).catch((cause: unknown) => {
      throw unavailable(path, cause);
    });
  const database = guarded(() => openDatabase(path));
  const statements = guarded(() => ({
    get: database.prepare(SQL.get),
    put: database.prepare(SQL.put),
    putAbsent: database.prepare(SQL.putAbsent),
    putVersion: database.prepare(SQL.putVersion),
    take: database.prepare(SQL.take),
    delete: database.prepare(SQL.delete),
    list: database.prepare(SQL.list),
    page: database.prepare(SQL.page),
    lastPage: database.prepare(SQL.lastPage),
    sweep: database.prepare(SQL.sweep),
  }));
  const now = (): number => deps.clock.nowSeconds();

  // Writes run with `all`, which steps a statement to its end and so reports a commit that fails;
  // `get` stops at the first row and leaves the commit to a reset whose failure nobody hears.
  return {
    get: async ({ namespace, key }) =>
      patient(() => toStored(statements.get.get({ namespace, key, now: now() }))),
    put: async ({ namespace, key }, value, options = {}) => {
      const { ifVersion, expiresAt = null, group = null } = options;
      const content = { namespace, key, value, expiresAt, grp: group, now: now() };
      return patient(() => {
        if (ifVersion === undefined) return toOutcome(statements.put.all(content));
        if (ifVersion === "absent") return toOutcome(statements.putAbsent.all(content));
        return toOutcome(statements.putVersion.all({ ...content, version: ifVersion }));
      });
    },
    take: async ({ namespace, key }) =>
      patient(() => toStored(statements.take.all({ namespace, key, now: now() })[0])),
    delete: async ({ namespace, key }) => {
      await patient(() => statements.delete.run({ namespace, key }));
    },
    list: async (namespace, group, page) =>
      patient(() => list(statements, { namespace, grp: group, now: now() }, page)),
    sweep: () =>
      sweepInBatches(SWEEP_BATCH, () =>
        patient(() => Number(statements.sweep.run({ now: now() }).changes)),
      ),
    ...createSqliteMaintenance({ database, now, patient }),
    close: async () => {
      if (database.isOpen) guarded(() => database.close());
    },
  };
};

const list = (
  statements: Readonly<Record<"list" | "page" | "lastPage", StatementSync>>,
  where: Readonly<Record<string, string | number>>,
  page: ListPage | undefined,
): readonly string[] => {
  if (page === undefined) return statements.list.all(where).map(toKey);
  const { limit, after = "", before = AFTER_ALL_KEYS, last = false } = page;
  const statement = last ? statements.lastPage : statements.page;
  const keys = statement.all({ ...where, limit, after, before }).map(toKey);
  return last ? keys.toReversed() : keys;
};

const openDatabase = (path: string): DatabaseSync => {
  // Absolute: on a relative path Node never gives up where the working folder has been deleted.
  mkdirSync(dirname(resolve(path)), { recursive: true, mode: 0o700 });
  // SQLite gives the WAL beside the database the mode of the database, so this is enough for all.
  const file = openSync(path, "a", OWNER_ONLY);
  const { mode } = fstatSync(file);
  closeSync(file);
  if ((mode & 0o077) !== 0) chmodSync(path, OWNER_ONLY);

  const database = new DatabaseSync(path, { timeout: OPENING_TIMEOUT_MS });
  try {
    database.exec("PRAGMA synchronous = FULL");
    migrate(database, path);
    database.exec("PRAGMA journal_mode = WAL");
    database.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
};

const toKey = (row: Row): string => String(row["key"]);

const toStored = (row: Row | undefined): Stored | undefined =>
  row === undefined ? undefined : { value: String(row["value"]), version: Number(row["version"]) };

const toOutcome = (rows: readonly Row[]): PutOutcome => {
  const [row] = rows;
  return row === undefined
    ? { ok: false, reason: "conflict" }
    : { ok: true, version: Number(row["version"]) };
};

const unavailable = (path: string, cause: unknown): AppError => {
  const problem = cause instanceof Error ? cause.message : "unknown";
  return new AppError("storage_unavailable", `the store "${path}" cannot be used: ${problem}`, {
    cause,
  });
};
