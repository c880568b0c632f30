import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { toEpochSeconds } from "../core/clock.ts";
import type { Entry, Maintenance } from "./maintainable-store.ts";
import { walkPages } from "./walk-pages.ts";

/** What maintenance shares with the store. */
export interface SqliteMaintenanceDeps {
  readonly database: DatabaseSync;
  readonly now: () => number;
  /** Runs a piece of work once the file is free, and turns its failure into the store's. */
  readonly patient: <Value>(run: () => Value) => Promise<Value>;
}

const PAGE = 500;
const LIVE = "(expires_at IS NULL OR expires_at > :now)";

const SQL = {
  count: `SELECT count(*) AS records FROM records WHERE ${LIVE}`,
  page: `SELECT namespace, key, value, version, expires_at, grp FROM records
    WHERE (namespace, key) > (:namespace, :key) AND ${LIVE} ORDER BY namespace, key LIMIT ${PAGE}`,
  restore: `INSERT OR REPLACE INTO records (namespace, key, value, version, expires_at, grp)
    VALUES (:namespace, :key, :value, :version, :expiresAt, :grp)`,
  swap: `UPDATE records SET value = :to
    WHERE namespace = :namespace AND key = :key AND value = :from AND ${LIVE} RETURNING 1`,
} as const;

/** Maintenance of the records in a SQLite file. A batch of `restore` is written as one. */
export const createSqliteMaintenance = (deps: SqliteMaintenanceDeps): Maintenance => {
  const { database, patient, now } = deps;
  const all = (sql: string, values: Record<string, string | number>) =>
    patient(() => database.prepare(sql).all(values));
  return {
    count: async () => Number((await all(SQL.count, { now: now() }))[0]?.["records"]),
    entries: () =>
      walkPages(PAGE, async ({ namespace, key }) =>
        (await all(SQL.page, { namespace, key, now: now() })).map(toEntry),
      ),
    restore: async (entries) => {
      await patient(() => {
        restore(database, entries);
      });
    },
    swapValue: async ({ namespace, key }, from, to) =>
      (await all(SQL.swap, { namespace, key, from, to, now: now() })).length === 1,
  };
};

const restore = (database: DatabaseSync, entries: readonly Entry[]): void => {
  const statement = database.prepare(SQL.restore);
  database.exec("BEGIN IMMEDIATE");
  try {
    for (const { namespace, key, value, version, expiresAt = null, group = null } of entries) {
      statement.run({ namespace, key, value, version, expiresAt, grp: group });
    }
    database.exec("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
};

const toEntry = (row: Readonly<Record<string, SQLOutputValue>>): Entry => {
  const { expires_at: expiresAt, grp: group } = row;
  return {
    namespace: String(row["namespace"]),
    key: String(row["key"]),
    value: String(row["value"]),
    version: Number(row["version"]),
    ...(typeof expiresAt === "number" ? { expiresAt: toEpochSeconds(expiresAt) } : {}),
    ...(typeof group === "string" ? { group } : {}),
  };
};
