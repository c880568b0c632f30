import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { Client } from "pg";

/** A place for a store that belongs to one test. */
export interface StorePlace {
  readonly url: string;
  dispose(): Promise<void>;
}

/** A kind of store, and how a test gets a place for one. */
export interface StoreKind {
  readonly name: string;
  /** Whether several processes may share a place. */
  readonly shared: boolean;
  makePlace(): Promise<StorePlace>;
}

const POSTGRES_URL = process.env["TEST_POSTGRES_URL"] ?? "postgres://postgres@127.0.0.1:5432/test";
const REDIS_URL = process.env["TEST_REDIS_URL"] ?? "redis://127.0.0.1:6379";

const newName = (): string => `ghl_mcp_test_${randomBytes(6).toString("hex")}`;

const withParameter = (text: string, name: string, value: string): string => {
  const url = new URL(text);
  url.searchParams.set(name, value);
  return url.href;
};

/** Runs work on a connection of its own. */
export const withPostgres = async <Value>(
  run: (client: Client) => Promise<Value>,
): Promise<Value> => {
  const client = new Client({ connectionString: POSTGRES_URL, connectionTimeoutMillis: 2_000 });
  await client.connect();
  try {
    return await run(client);
  } finally {
    await client.end();
  }
};

/** Runs work on a connection of its own. */
export const withRedis = async <Value>(run: (redis: Redis) => Promise<Value>): Promise<Value> => {
  const redis = new Redis(REDIS_URL, { lazyConnect: true, retryStrategy: () => null });
  redis.on("error", () => undefined);
  try {
    await redis.connect();
    return await run(redis);
  } finally {
    redis.disconnect();
  }
};

export const memory: StoreKind = {
  name: "memory",
  shared: false,
  makePlace: async () => ({ url: "memory:", dispose: async () => {} }),
};

export const sqlite: StoreKind = {
  name: "SQLite",
  shared: true,
  makePlace: async () => {
    const folder = await mkdtemp(join(tmpdir(), "ghl-mcp-store-"));
    return {
      url: `sqlite:${join(folder, "new", "store.db")}`,
      dispose: () => rm(folder, { recursive: true }),
    };
  },
};

export const postgres: StoreKind = {
  name: "PostgreSQL",
  shared: true,
  makePlace: async () => {
    const schema = newName();
    return {
      url: withParameter(POSTGRES_URL, "schema", schema),
      dispose: async () => {
        await withPostgres((client) => client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`));
      },
    };
  },
};

export const redis: StoreKind = {
  name: "Redis",
  shared: true,
  makePlace: async () => {
    const prefix = `${newName()}:`;
    return {
      url: withParameter(REDIS_URL, "prefix", prefix),
      dispose: () =>
        withRedis(async (client) => {
          const keys = await client.keys(`{${prefix}}*`);
          if (keys.length > 0) await client.del(...keys);
        }),
    };
  },
};

const isReachable = async (connect: () => Promise<unknown>): Promise<boolean> =>
  connect().then(
    () => true,
    () => false,
  );

/**
 * Whether the server of a kind is missing, so that its tests skip: said loudly, and under CI a failure,
 * since a suite that silently tests nothing looks like one that passed.
 */
export const findMissing = async (): Promise<ReadonlySet<StoreKind>> => {
  const [hasPostgres, hasRedis] = await Promise.all([
    isReachable(() => withPostgres(async (client) => client.query("SELECT 1"))),
    isReachable(() => withRedis(async (client) => client.ping())),
  ]);
  const missing = new Set<StoreKind>();
  if (!hasPostgres) missing.add(postgres);
  if (!hasRedis) missing.add(redis);
  for (const { name } of missing) {
    const variable = name === "Redis" ? "TEST_REDIS_URL" : "TEST_POSTGRES_URL";
    const text = `${name} is not reachable (${variable})`;
    if (process.env["CI"] !== undefined) throw new Error(`${text}, and CI must not skip its tests`);
    process.stderr.write(`\n*** SKIPPED: ${text}; its stores are NOT tested ***\n\n`);
  }
  return missing;
};
