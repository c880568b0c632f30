import type { Clock } from "../core/clock.ts";
import type { MaintainableStore } from "./maintainable-store.ts";
import { createPostgresMaintenance } from "./postgres-maintenance.ts";
import type { PostgresRow } from "./postgres-pool.ts";
import { openPostgresPool } from "./postgres-pool.ts";
import { toTable } from "./postgres-schema.ts";
import { AFTER_ALL_KEYS, type PutOutcome, type Stored } from "./record-store.ts";
import { sweepInBatches } from "./sweep-in-batches.ts";

const SWEEP_BATCH = 5_000;

// Each verb is one statement. At the isolation level READ COMMITTED a statement that waited for
// another writer of the row judges its condition again on the new row, so one of several wins.
const toSql = (table: string) => {
  const live = "(records.expires_at IS NULL OR records.expires_at > $3)";
  const insert = `INSERT INTO ${table} AS records (namespace, key, value, version, expires_at, grp)
    VALUES ($1, $2, $4, 1, $5, $6) ON CONFLICT (namespace, key)`;
  const content = "value = excluded.value, expires_at = excluded.expires_at, grp = excluded.grp";
  const found = `namespace = $1 AND key = $2 AND ${live}`;
  const page = `SELECT key FROM ${table} AS records
    WHERE namespace = $1 AND grp = $2 AND ${live} AND key > $4 AND key < $5`;
  return {
    get: `SELECT value, version FROM ${table} AS records WHERE ${found}`,
    put: `${insert} DO UPDATE SET ${content},
      version = CASE WHEN ${live} THEN records.version + 1 ELSE 1 END RETURNING version`,
    putAbsent: `${insert} DO UPDATE SET ${content}, version = 1 WHERE NOT ${live} RETURNING version`,
    putVersion: `UPDATE ${table} AS records
      SET value = $4, version = version + 1, expires_at = $5, grp = $6
      WHERE ${found} AND version = $7 RETURNING version`,
    take: `DELETE FROM ${table} AS records WHERE ${found} RETURNING value, version`,
    delete: `DELETE FROM ${table} WHERE namespace = $1 AND key = $2`,
    list: `SELECT key FROM ${table} AS records WHERE namespace = $1 AND grp = $2 AND ${live}
      ORDER BY key`,
    page: `${page} ORDER BY key LIMIT $6`,
    lastPage: `${page} ORDER BY key DESC LIMIT $6`,
    sweep: `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM ${table} WHERE expires_at <= $1 LIMIT ${SWEEP_BATCH} FOR UPDATE SKIP LOCKED
    )) RETURNING 1`,
  };
};

/**
 * Opens a store in a schema of a PostgreSQL database, made where it is missing. Any number of processes
 * on any machines may share it. Ends of records are judged by the clock of the process that asks, as in
 * every store. Throws `AppError("storage_unavailable")`, also for a server that does not answer in time:
 * then a write may have happened or not.
 */
export const openPostgresStore = async (
  url: string,
  deps: { readonly clock: Clock },
): Promise<MaintainableStore> => {
  const pool = await openPostgresPool(url);
  const sql = toSql(toTable(pool.schema));
  const now = (): number => deps.clock.nowSeconds();

  return {
    get: async ({ namespace, key }) => toStored(await pool.query(sql.get, [namespace, key, now()])),
    put: async ({ namespace, key }, value, options = {}) => {
      const { ifVersion, expiresAt = null, group = null } = options;
      const content = [namespace, key, now(), Buffer.from(value, "utf8"), expiresAt, group];
      if (ifVersion === undefined) return toOutcome(await pool.query(sql.put, content));
      if (ifVersion === "absent") return toOutcome(await pool.query(sql.putAbsent, content));
      return toOutcome(await pool.query(sql.putVersion, [...content, ifVersion]));
    },
    take: async ({ namespace, key }) =>
      toStored(await pool.query(sql.take, [namespace, key, now()])),
    delete: async ({ namespace, key }) => {
      await pool.query(sql.delete, [namespace, key]);
    },
    list: async (namespace, group, page) => {
      const where = [namespace, group, now()];
      if (page === undefined) return (await pool.query(sql.list, where)).map(toKey);
      const { limit, after = "", before = AFTER_ALL_KEYS, last = false } = page;
      const bounds = [...where, after, before, limit];
      const rows = await pool.query(last ? sql.lastPage : sql.page, bounds);
      return last ? rows.map(toKey).toReversed() : rows.map(toKey);
    },
    sweep: () =>
      sweepInBatches(SWEEP_BATCH, async () => (await pool.query(sql.sweep, [now()])).length),
    ...createPostgresMaintenance(pool, deps.clock),
    close: () => pool.close(),
  };
};

const toKey = (row: PostgresRow): string => String(row["key"]);

const toStored = ([row]: readonly PostgresRow[]): Stored | undefined =>
  row === undefined ? undefined : { value: String(row["value"]), version: Number(row["version"]) };

const toOutcome = ([row]: readonly PostgresRow[]): PutOutcome =>
  row === undefined
    ? { ok: false, reason: "conflict" }
    : { ok: true, version: Number(row["version"]) };
