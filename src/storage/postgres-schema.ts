import type { ClientBase } from "pg";
import { AppError } from "../core/errors.ts";

/** The table of records of a schema, quoted. The name was checked when the URL was read. */
export const toTable = (schema: string): string => `"${schema}".records`;

/**
 * The steps from nothing to the schema of this version, in order. `schema_version` counts the steps
 * that a schema has taken. A step that has been released is never changed, only followed.
 *
 * Values are bytes because PostgreSQL's text cannot hold U+0000. Keys collate as bytes ("C"), so that
 * lists have the same order on every store.
 */
export const MIGRATIONS: readonly ((table: string) => string)[] = [
  (table) => `CREATE TABLE ${table} (
      namespace text COLLATE "C" NOT NULL,
      key text COLLATE "C" NOT NULL,
      value bytea NOT NULL,
      version bigint NOT NULL,
      expires_at bigint,
      grp text COLLATE "C",
      PRIMARY KEY (namespace, key)
    );
    CREATE INDEX records_by_group ON ${table} (namespace, grp, key) WHERE grp IS NOT NULL;
    CREATE INDEX records_by_expiry ON ${table} (expires_at) WHERE expires_at IS NOT NULL;`,
];

/**
 * Brings a schema to this version in one transaction; of several processes that start together, one
 * does it and the others wait. Throws `AppError("storage_unavailable")`, and changes nothing, if the
 * schema was written by a newer version or its tables belong to another program.
 */
export const migrate = async (
  client: ClientBase,
  schema: string,
  steps: typeof MIGRATIONS = MIGRATIONS,
): Promise<void> => {
  if ((await readVersion(client, schema)) === steps.length) return;
  await client.query("BEGIN");
  try {
    await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [
      `ghl-mcp schema ${schema}`,
    ]);
    await takeSteps(client, schema, steps);
    await client.query("COMMIT");
  } catch (error) {
    // On a connection that is gone the server has rolled back already.
    await client.query("ROLLBACK").catch(() => undefined);
    throw error;
  }
};

/** Whether a schema has the tables of a store, or one of another program that {@link migrate} refuses. */
export const hasTables = async (client: ClientBase, schema: string): Promise<boolean> =>
  (await exists(client, schema, "schema_version")) || (await exists(client, schema, "records"));

const takeSteps = async (
  client: ClientBase,
  schema: string,
  steps: typeof MIGRATIONS,
): Promise<void> => {
  const from = await readVersion(client, schema);
  if (from > steps.length) {
    throw new AppError(
      "storage_unavailable",
      `the PostgreSQL schema "${schema}" was written by a newer version of ghl-mcp (schema ${from}, this one knows ${steps.length}); start the newer version`,
    );
  }
  if (from === steps.length) return;
  if (from === 0) await prepare(client, schema);
  for (const step of steps.slice(from)) await client.query(step(toTable(schema)));
  await client.query(`UPDATE "${schema}".schema_version SET version = $1`, [steps.length]);
};

const prepare = async (client: ClientBase, schema: string): Promise<void> => {
  if (await exists(client, schema, "records")) {
    throw new AppError(
      "storage_unavailable",
      `the PostgreSQL schema "${schema}" has a table "records" of another program; give STORAGE_URL a schema of its own, such as ?schema=ghl_mcp`,
    );
  }
  const { rows } = await client.query("SELECT 1 FROM pg_namespace WHERE nspname = $1", [schema]);
  // CREATE SCHEMA IF NOT EXISTS would ask for the right to create one even where it is there.
  if (rows.length === 0) await client.query(`CREATE SCHEMA "${schema}"`);
  await client.query(
    `CREATE TABLE "${schema}".schema_version (version integer NOT NULL);
     INSERT INTO "${schema}".schema_version VALUES (0)`,
  );
};

const readVersion = async (client: ClientBase, schema: string): Promise<number> => {
  if (!(await exists(client, schema, "schema_version"))) return 0;
  const { rows } = await client.query<{ version: unknown }>(
    `SELECT version FROM "${schema}".schema_version`,
  );
  return Number(rows[0]?.version ?? 0);
};

// Read from the catalog like any table: to_regclass answers from a cache that an advisory lock does not
// refresh, and so misses what the process before us has just made.
const exists = async (client: ClientBase, schema: string, table: string): Promise<boolean> => {
  const { rows } = await client.query(
    "SELECT 1 FROM pg_tables WHERE schemaname = $1 AND tablename = $2",
    [schema, table],
  );
  return rows.length > 0;
};
