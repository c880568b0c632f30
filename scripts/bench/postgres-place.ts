import { randomBytes } from "node:crypto";
import { Client } from "pg";

/** A place for a store in PostgreSQL that belongs to one measurement. */
export interface PostgresPlace {
  readonly storageUrl: string;
  dispose(): Promise<void>;
}

const DEFAULT_URL = "postgres://postgres@127.0.0.1:5432/test";

/**
 * Makes a schema's name in the database of the tests (`TEST_POSTGRES_URL`); the server makes the schema.
 * The reason, where no such database can be reached.
 */
export const makePostgresPlace = async (): Promise<PostgresPlace | string> => {
  const databaseUrl = process.env["TEST_POSTGRES_URL"] ?? DEFAULT_URL;
  try {
    await query(databaseUrl, "SELECT 1");
  } catch (cause) {
    return `no PostgreSQL can be reached (TEST_POSTGRES_URL): ${(cause as Error).message}`;
  }
  const schema = `ghl_mcp_bench_${randomBytes(6).toString("hex")}`;
  const url = new URL(databaseUrl);
  url.searchParams.set("schema", schema);
  return {
    storageUrl: url.href,
    dispose: () => query(databaseUrl, `DROP SCHEMA IF EXISTS ${schema} CASCADE`),
  };
};

const query = async (connectionString: string, text: string): Promise<void> => {
  const client = new Client({ connectionString, connectionTimeoutMillis: 2_000 });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
};
