import { Pool } from "pg";
import { AppError } from "../core/errors.ts";
import { migrate } from "./postgres-schema.ts";
import { parseStoreUrl, takeParameter } from "./store-url.ts";
import { toUnavailable } from "./unavailable.ts";

/** A row of a result, by the names of its columns. */
export type PostgresRow = Readonly<Record<string, unknown>>;

/** An open pool on a schema of this version. Every failure is `AppError("storage_unavailable")`. */
export interface PostgresPool {
  readonly schema: string;
  query(sql: string, values: readonly unknown[]): Promise<readonly PostgresRow[]>;
  /** A query that may take minutes. */
  slowQuery(sql: string, values: readonly unknown[]): Promise<readonly PostgresRow[]>;
  close(): Promise<void>;
}

const MAX_CONNECTIONS = 10;
const CONNECT_TIMEOUT_MS = 3_000;
const QUERY_TIMEOUT_MS = 4_000;
const SLOW_QUERY_TIMEOUT_MS = 600_000;
const IDLE_TIMEOUT_MS = 30_000;

const SCHEMA = {
  pattern: /^[a-z_][a-z0-9_]{0,62}$/u,
  right: "a schema's name: lower-case letters, digits and _, at most 63, not starting with a digit",
};

/** What a storage URL of PostgreSQL says. */
export interface PostgresPlace {
  /** For the client; holds the password. */
  readonly connectionString: string;
  readonly schema: string;
  /** For messages. */
  readonly place: string;
}

/** Reads the storage URL. Throws `AppError("config_invalid")`. */
export const readPostgresUrl = (text: string): PostgresPlace => {
  const url = parseStoreUrl(text);
  const searchPath = takeParameter(url, "search_path", { ...SCHEMA, fallback: "ghl_mcp" });
  const schema = takeParameter(url, "schema", { ...SCHEMA, fallback: searchPath });
  const place = `PostgreSQL ${url.host === "" ? "on this machine" : url.host}`;
  return { connectionString: url.href, schema, place };
};

/**
 * Connects to PostgreSQL and brings the schema up to date. Each query has a time limit, so that a
 * server that does not answer gives an error within seconds; a connection that failed is thrown away
 * and the next query makes a new one, so that a server that comes back is used at once. The limits are
 * kept here and not asked of the server, since pooling proxies refuse such start parameters.
 */
export const openPostgresPool = async (text: string): Promise<PostgresPool> => {
  const { connectionString, schema, place } = readPostgresUrl(text);
  const pool = new Pool({
    connectionString,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    keepAlive: true,
    application_name: "ghl-mcp",
  });
  // An idle connection that breaks is out of the pool when this is told; the next query tells the rest.
  pool.on("error", () => undefined);
  let closed = false;

  const query = async (
    sql: string,
    values: readonly unknown[],
    timeoutMs: number,
  ): Promise<readonly PostgresRow[]> => {
    if (closed) throw new AppError("storage_unavailable", `the store at ${place} is closed`);
    try {
      const request = { text: sql, values: [...values], query_timeout: timeoutMs };
      return (await pool.query<PostgresRow>(request)).rows;
    } catch (error) {
      throw toUnavailable(place, error);
    }
  };
  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    await pool.end();
  };

  try {
    const client = await pool.connect();
    await migrate(client, schema).then(
      () => client.release(),
      (error: unknown) => {
        client.release(true);
        throw error;
      },
    );
  } catch (error) {
    await close();
    throw toUnavailable(place, error);
  }
  return {
    schema,
    query: (sql, values) => query(sql, values, QUERY_TIMEOUT_MS),
    slowQuery: (sql, values) => query(sql, values, SLOW_QUERY_TIMEOUT_MS),
    close,
  };
};
