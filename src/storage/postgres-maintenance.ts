import type { Clock } from "../core/clock.ts";
import { toEpochSeconds } from "../core/clock.ts";
import type { Entry, Maintenance } from "./maintainable-store.ts";
import type { PostgresPool, PostgresRow } from "./postgres-pool.ts";
import { toTable } from "./postgres-schema.ts";
import { walkPages } from "./walk-pages.ts";

const PAGE = 500;

const toSql = (table: string) => ({
  count: `SELECT count(*) AS records FROM ${table} WHERE expires_at IS NULL OR expires_at > $1`,
  page: `SELECT namespace, key, value, version, expires_at, grp FROM ${table}
    WHERE (namespace, key) > ($1, $2) AND (expires_at IS NULL OR expires_at > $3)
    ORDER BY namespace, key LIMIT ${PAGE}`,
  restore: `INSERT INTO ${table} (namespace, key, value, version, expires_at, grp)
    SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::bigint[], $5::bigint[], $6::text[])
    ON CONFLICT (namespace, key) DO UPDATE SET value = excluded.value, version = excluded.version,
      expires_at = excluded.expires_at, grp = excluded.grp`,
  swap: `UPDATE ${table} SET value = $5
    WHERE namespace = $1 AND key = $2 AND value = $4 AND (expires_at IS NULL OR expires_at > $3)
    RETURNING 1`,
});

/** Maintenance of the records in a PostgreSQL schema. A batch of `restore` is written as one. */
export const createPostgresMaintenance = (pool: PostgresPool, clock: Clock): Maintenance => {
  const sql = toSql(toTable(pool.schema));
  return {
    count: async () => {
      const [row] = await pool.slowQuery(sql.count, [clock.nowSeconds()]);
      return Number(row?.["records"]);
    },
    entries: () =>
      walkPages(PAGE, async ({ namespace, key }) => {
        const rows = await pool.query(sql.page, [namespace, key, clock.nowSeconds()]);
        return rows.map(toEntry);
      }),
    restore: async (entries) => {
      await pool.query(sql.restore, [
        entries.map(({ namespace }) => namespace),
        entries.map(({ key }) => key),
        entries.map(({ value }) => Buffer.from(value, "utf8")),
        entries.map(({ version }) => version),
        entries.map(({ expiresAt }) => expiresAt ?? null),
        entries.map(({ group }) => group ?? null),
      ]);
    },
    swapValue: async ({ namespace, key }, from, to) => {
      const [before, after] = [Buffer.from(from, "utf8"), Buffer.from(to, "utf8")];
      const values = [namespace, key, clock.nowSeconds(), before, after];
      return (await pool.query(sql.swap, values)).length === 1;
    },
  };
};

const toEntry = ({ expires_at: end, grp: group, ...row }: PostgresRow): Entry => ({
  namespace: String(row["namespace"]),
  key: String(row["key"]),
  value: String(row["value"]),
  version: Number(row["version"]),
  ...(end === null ? {} : { expiresAt: toEpochSeconds(Number(end)) }),
  ...(typeof group === "string" ? { group } : {}),
});
