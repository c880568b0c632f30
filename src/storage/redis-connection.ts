import { Redis } from "ioredis";
import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import { watchDatabase } from "./redis-database.ts";
import type { RedisScript } from "./redis-scripts.ts";
import { parseStoreUrl, takeParameter } from "./store-url.ts";
import { toUnavailable } from "./unavailable.ts";

/** What opening a connection takes. */
export interface RedisDeps {
  readonly clock: Clock;
  /** Hears what is unfit in the settings of the server. */
  readonly log?: Logger;
}

/** An open connection. Every failure is `AppError("storage_unavailable")`. */
export interface RedisConnection {
  /** Runs a script with the prefix, the time and these arguments. */
  run(script: RedisScript, args: readonly (string | number)[]): Promise<unknown>;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 3_000;
const ANSWER_TIMEOUT_MS = 4_000;
const MAX_RECONNECT_DELAY_MS = 1_000;

const PREFIX = {
  pattern: /^[\w:.-]{1,64}$/u,
  right: "1 to 64 letters, digits and _ : . -",
  fallback: "ghlmcp:",
};

/** What a storage URL of Redis says. */
export interface RedisPlace {
  readonly url: URL;
  readonly prefix: string;
  readonly database: number;
  /** For messages. */
  readonly place: string;
}

/** Reads the storage URL. Throws `AppError("config_invalid")`. */
export const readRedisUrl = (text: string): RedisPlace => {
  const url = parseStoreUrl(text);
  // The braces make the prefix the part of each key that decides on the node of a cluster.
  const prefix = `{${takeParameter(url, "prefix", PREFIX)}}`;
  return { url, prefix, database: readDatabase(url), place: `Redis ${url.host}` };
};

/**
 * Connects to Redis. A lost connection is made again in the background; a command waits a few seconds
 * for it and then fails. No command is kept for later or sent twice: it would come after its caller was
 * told that it failed, over what has been written since. Throws `AppError("config_invalid")` for a database
 * that the server refuses.
 */
export const openRedisConnection = async (
  text: string,
  deps: RedisDeps,
): Promise<RedisConnection> => {
  const settings = readRedisUrl(text);
  const { prefix, place } = settings;
  const redis = createRedisClient(settings);
  let lastError: Error | undefined;
  // ioredis tells every failed attempt to connect here, and prints it if nobody listens.
  redis.on("error", (error) => {
    lastError = error;
  });
  const checkDatabase = watchDatabase(redis, settings);
  const link = createLink(redis, () => toUnavailable(place, lastError ?? new Error("no answer")));

  const run = async (script: RedisScript, args: readonly (string | number)[]): Promise<unknown> => {
    try {
      const rest = [`${prefix}all`, prefix, deps.clock.nowSeconds(), ...args];
      return await link.send(async () => {
        // The server may be another one since a connection was lost.
        checkDatabase("storage_unavailable");
        return runScript(redis, script, rest);
      });
    } catch (error) {
      throw toUnavailable(place, error);
    }
  };
  try {
    await redis.connect();
    checkDatabase("config_invalid");
    await warnOfLoss(redis, deps.log);
  } catch (error) {
    redis.disconnect();
    throw toUnavailable(place, error instanceof AppError ? error : (lastError ?? error));
  }
  return {
    run,
    close: async () => {
      link.close();
      redis.disconnect();
    },
  };
};

/** A client that is not connected yet, and tells nobody of errors yet. */
export const createRedisClient = (
  { url, database }: RedisPlace,
  options: { readonly isListening?: boolean } = {},
): Redis =>
  new Redis({
    host: url.hostname.replace(/^\[(.*)\]$/u, "$1"),
    port: url.port === "" ? 6_379 : Number(url.port),
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    db: database,
    ...(url.protocol === "rediss:" ? { tls: {} } : {}),
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    // A server that stopped answering: the connection is given up, and with it what waits on it.
    ...(options.isListening === true
      ? { autoResubscribe: false }
      : { socketTimeout: ANSWER_TIMEOUT_MS }),
    commandTimeout: ANSWER_TIMEOUT_MS,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, MAX_RECONNECT_DELAY_MS),
    // After a failover the old primary answers as a replica; a new connection leads to the new one.
    reconnectOnError: (error) => error.message.startsWith("READONLY"),
    disableClientInfo: true,
  });

const readDatabase = (url: URL): number => {
  const match = /^\/?(\d{0,5})\/?$/u.exec(url.pathname);
  if (match !== null) return Number(match[1]);
  throw new AppError(
    "config_invalid",
    "the path of the Redis storage URL must be the number of a database, such as /0",
  );
};

interface Link {
  /** Sends a command once there is a connection; rejects if that takes too long. */
  send<Reply>(command: () => Promise<Reply>): Promise<Reply>;
  close(): void;
}

/** What ioredis says of a command that it did not write to the connection, so that it may be sent again. */
const NOT_SENT = /isn't writeable/u;

const createLink = (redis: Redis, toError: () => AppError): Link => {
  let closed = false;
  let waiting: Promise<void> | undefined;
  const wait = async (): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      reject(toError());
    }, CONNECT_TIMEOUT_MS);
    redis.once("ready", resolve);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      redis.off("ready", resolve);
      waiting = undefined;
    }
  };
  return {
    send: async (command) => {
      if (closed) throw new AppError("storage_unavailable", "the Redis store is closed");
      if (redis.status !== "ready") await (waiting ??= wait());
      try {
        return await command();
      } catch (error) {
        if (!(error instanceof Error && NOT_SENT.test(error.message))) throw error;
        // The connection broke, and its status does not show it yet.
        await (waiting ??= wait());
        return command();
      }
    },
    close: () => {
      closed = true;
    },
  };
};

const runScript = async (
  redis: Redis,
  script: RedisScript,
  rest: readonly (string | number)[],
): Promise<unknown> => {
  try {
    return await redis.evalsha(script.sha1, 1, ...rest);
  } catch (error) {
    // The server was restarted or has not seen the script yet; nothing of it was run.
    if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
    return redis.eval(script.lua, 1, ...rest);
  }
};

/** Tells of settings of the server under which sign-ins get lost; docs/storage.md has the right ones. */
const warnOfLoss = async (redis: Redis, log: Logger | undefined): Promise<void> => {
  // A user may be forbidden to ask; then it stays with the documentation.
  const info = await redis.info().catch(() => "");
  if (/^aof_enabled:0/mu.test(info)) {
    log?.warn(
      "this Redis keeps no append-only file, so sign-ins get lost when it restarts; set appendonly yes",
    );
  }
  if (/^maxmemory_policy:(?!noeviction)/mu.test(info)) {
    log?.warn("this Redis drops records when its memory is full; set maxmemory-policy noeviction");
  }
};
