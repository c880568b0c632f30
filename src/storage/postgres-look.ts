import { Client } from "pg";
import { readPostgresUrl } from "./postgres-pool.ts";
import { hasTables } from "./postgres-schema.ts";
import { toUnavailable } from "./unavailable.ts";

const CONNECT_TIMEOUT_MS = 3_000;
const QUERY_TIMEOUT_MS = 4_000;

/**
 * Whether there are tables in the schema of a URL, ours or such as opening refuses; makes nothing, which
 * opening would. Throws `AppError("config_invalid")` and `storage_unavailable`.
 */
export const isPostgresStoreMade = async (text: string): Promise<boolean> => {
  const { connectionString, schema, place } = readPostgresUrl(text);
  const client = new Client({
    connectionString,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    application_name: "ghl-mcp",
  });
  // A connection that breaks is told by the query as well.
  client.on("error", () => undefined);
  try {
    await client.connect();
    return await hasTables(client, schema);
  } catch (error) {
    throw toUnavailable(place, error);
  } finally {
    await client.end().catch(() => undefined);
  }
};
