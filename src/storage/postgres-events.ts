import { Client } from "pg";
import { hashToken } from "../crypto/hash.ts";
import type { EventWire, WireEnd } from "./event-channel.ts";
import { type PostgresPlace, readPostgresUrl } from "./postgres-pool.ts";
import { toUnavailable } from "./unavailable.ts";

const CONNECT_TIMEOUT_MS = 3_000;
const QUERY_TIMEOUT_MS = 2_000;
const FIRST_RETRY_MS = 50;
const MAX_RETRY_MS = 1_000;

/**
 * The wire of a PostgreSQL store: NOTIFY, and LISTEN on a connection of its own, which is made again
 * where it breaks. A channel has the name of the schema, so that two deployments in one database do not
 * hear each other. Throws `AppError("config_invalid")` for a URL that is none.
 */
export const openPostgresWire = (text: string, end: WireEnd): EventWire => {
  const place = readPostgresUrl(text);
  // As long as the name of a schema may be, it would not fit the name of a channel.
  const channel = `ghl_mcp_${toShort(place.schema)}`;
  let client: Client | undefined;
  let retry: NodeJS.Timeout | undefined;
  let failures = 0;
  let isClosed = false;
  let sending: Promise<unknown> = Promise.resolve();

  const connect = (): void => {
    const own = createListener(place);
    client = own;
    const lose = (reason: unknown): void => {
      // Each connection is lost once, however many ways it has to say so.
      if (client !== own) return;
      client = undefined;
      void own.end().catch(() => undefined);
      if (isClosed) return;
      end.lost(toUnavailable(place.place, reason));
      retry = setTimeout(connect, Math.min(FIRST_RETRY_MS * 2 ** failures, MAX_RETRY_MS)).unref();
      failures += 1;
    };
    own.on("error", lose);
    own.on("end", () => lose(new Error("the connection ended")));
    own.on("notification", ({ payload }) => {
      if (payload !== undefined && client === own) end.heard(payload);
    });
    const listen = async (): Promise<void> => {
      await own.connect();
      await own.query(`LISTEN "${channel}"`);
      if (client !== own || isClosed) return;
      failures = 0;
      end.connected();
    };
    listen().catch(lose);
  };

  connect();
  return {
    send: (message) => {
      const own = client;
      const send = async (): Promise<void> => {
        try {
          if (own === undefined || own !== client) throw new Error("not connected");
          await own.query("SELECT pg_notify($1, $2)", [channel, message]);
        } catch (error) {
          throw toUnavailable(place.place, error);
        }
      };
      // One after the other: the order of events is kept, and the client takes one query at a time.
      const sent = sending.then(send);
      sending = sent.catch(() => undefined);
      return sent;
    },
    reconnect: () => client?.emit("error", new Error("the connection was given up")),
    close: async () => {
      isClosed = true;
      clearTimeout(retry);
      const own = client;
      client = undefined;
      await own?.end().catch(() => undefined);
    },
  };
};

const createListener = ({ connectionString, schema }: PostgresPlace): Client =>
  new Client({
    connectionString,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    keepAlive: true,
    application_name: `ghl-mcp events ${toShort(schema)}`,
  });

/** Names of channels and applications are cut at 63 bytes. */
const toShort = (schema: string): string => hashToken(schema).slice(0, 32);
