import { toEpochSeconds } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { Entry, MaintainableStore, Maintenance } from "./maintainable-store.ts";
import { type Address, AFTER_ALL_KEYS, type ListPage, type Stored } from "./record-store.ts";
import type { RedisConnection, RedisDeps } from "./redis-connection.ts";
import { openRedisConnection } from "./redis-connection.ts";
import { sweepInBatches } from "./sweep-in-batches.ts";
import { REDIS_SCHEMA, REDIS_SCRIPTS as SCRIPTS } from "./redis-scripts.ts";

const SWEEP_BATCH = 500;
const PAGE = 200;

/**
 * Opens a store under a prefix of a Redis database. Any number of processes on any machines may share
 * it. Ends of records are judged by the clock of the process that asks, as in every store. What a write
 * is worth when Redis restarts is up to its settings, see docs/storage.md. Throws
 * `AppError("storage_unavailable")`, also for a server that does not answer in time: then a write may
 * have happened or not; and for a prefix that a newer version wrote.
 */
export const openRedisStore = async (url: string, deps: RedisDeps): Promise<MaintainableStore> => {
  const connection = await openRedisConnection(url, deps);
  const { run } = connection;
  try {
    await checkSchema(connection);
  } catch (error) {
    await connection.close();
    throw error;
  }
  return {
    get: async (at) => toStored(await run(SCRIPTS.get, [toText(at)])),
    put: async (at, value, options = {}) => {
      const { ifVersion = "any", expiresAt, group } = options;
      const ends = [...toOptional(expiresAt), ...toOptional(group)];
      const version = Number(await run(SCRIPTS.put, [toText(at), value, ifVersion, ...ends]));
      return version === 0 ? { ok: false, reason: "conflict" } : { ok: true, version };
    },
    take: async (at) => toStored(await run(SCRIPTS.take, [toText(at)])),
    delete: async (at) => {
      await run(SCRIPTS.delete, [toText(at)]);
    },
    list: async (namespace, group, page) => {
      if (page !== undefined)
        return listPage(connection, toText({ namespace, key: "" }), { ...page, group });
      const keys = await run(SCRIPTS.list, [toText({ namespace, key: "" }), group]);
      return toArray(keys)
        .map(String)
        .toSorted((a, b) => (a < b ? -1 : 1));
    },
    sweep: () =>
      sweepInBatches(SWEEP_BATCH, async () => Number(await run(SCRIPTS.sweep, [SWEEP_BATCH]))),
    ...createRedisMaintenance(connection),
    close: () => connection.close(),
  };
};

/**
 * Whether a server has opened the store of a URL before; makes nothing. Throws what {@link openRedisStore}
 * throws for a server that does not answer.
 */
export const isRedisStoreMade = async (url: string, deps: RedisDeps): Promise<boolean> => {
  const { run, close } = await openRedisConnection(url, deps);
  try {
    return Number(await run(SCRIPTS.isMade, [])) === 1;
  } finally {
    await close();
  }
};

/** From the order of all addresses, where those of a namespace lie together: `start` is before them all. */
const listPage = async (
  { run }: RedisConnection,
  start: string,
  { group, limit, after = "", before = AFTER_ALL_KEYS, last = false }: ListPage & { group: string },
): Promise<readonly string[]> => {
  const bounds = [`(${start}${after}`, `(${start}${before}`];
  const keys = toArray(await run(SCRIPTS.listPage, [...bounds, group, limit, last ? 1 : 0]));
  return last ? keys.map(String).toReversed() : keys.map(String);
};

const checkSchema = async ({ run }: RedisConnection): Promise<void> => {
  const found = Number(await run(SCRIPTS.schema, [REDIS_SCHEMA]));
  if (found === REDIS_SCHEMA) return;
  throw new AppError(
    "storage_unavailable",
    `the records in Redis were written by a newer version of ghl-mcp (schema ${found}, this one knows ${REDIS_SCHEMA}); start the newer version`,
  );
};

const createRedisMaintenance = ({ run }: RedisConnection): Maintenance => ({
  count: async () => Number(await run(SCRIPTS.count, [])),
  async *entries() {
    let from = "-";
    for (;;) {
      const [last, ...rows] = toArray(await run(SCRIPTS.page, [from, PAGE]));
      for (const row of rows) yield toEntry(toArray(row));
      if (typeof last !== "string") return;
      from = `(${last}`;
    }
  },
  restore: async (entries) => {
    await Promise.all(
      entries.map((entry) =>
        run(SCRIPTS.restore, [
          toText(entry),
          entry.value,
          entry.version,
          ...toOptional(entry.expiresAt),
          ...toOptional(entry.group),
        ]),
      ),
    );
  },
  swapValue: async (at, from, to) => Number(await run(SCRIPTS.swap, [toText(at), from, to])) === 1,
});

// Encoded, a namespace has no colon, so that two addresses never give the same text.
const toText = ({ namespace, key }: Address): string => `${encodeURIComponent(namespace)}:${key}`;

/** Two arguments for a value that may be absent, which an empty text is not. */
const toOptional = (value: string | number | undefined): readonly (string | number)[] =>
  value === undefined ? [0, ""] : [1, value];

const toArray = (reply: unknown): readonly unknown[] => {
  if (Array.isArray(reply)) return reply;
  throw new AppError("storage_unavailable", "Redis gave an answer that is no list");
};

const toStored = (reply: unknown): Stored | undefined => {
  if (reply === null) return undefined;
  const [value, version] = toArray(reply);
  return { value: String(value), version: Number(version) };
};

const toEntry = (row: readonly unknown[]): Entry => {
  const [address, value, version, hasEnd, end, hasGroup, group] = row.map(String);
  const text = address ?? "";
  const colon = text.indexOf(":");
  return {
    namespace: decodeURIComponent(text.slice(0, colon)),
    key: text.slice(colon + 1),
    value: value ?? "",
    version: Number(version),
    ...(hasEnd === "1" ? { expiresAt: toEpochSeconds(Number(end)) } : {}),
    ...(hasGroup === "1" && group !== undefined ? { group } : {}),
  };
};
