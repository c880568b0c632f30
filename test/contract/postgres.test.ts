import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openRecordStore } from "../../src/storage/open.ts";
import { MIGRATIONS, migrate } from "../../src/storage/postgres-schema.ts";
import { createFakeClock } from "../support/clock.ts";
import { findMissing, postgres, type StorePlace, withPostgres } from "./store-places.ts";

const missing = await findMissing();
const clock = createFakeClock();

describe.skipIf(missing.has(postgres))("the schema of a PostgreSQL store", () => {
  let place: StorePlace;
  let schema: string;

  beforeEach(async () => {
    place = await postgres.makePlace();
    schema = new URL(place.url).searchParams.get("schema") ?? "";
  });
  afterEach(() => place.dispose());

  const ask = (sql: string) => withPostgres(async (client) => (await client.query(sql)).rows);
  const tables = () =>
    ask(`SELECT tablename FROM pg_tables WHERE schemaname = '${schema}' ORDER BY tablename`);
  const openOnce = async (url = place.url): Promise<void> => {
    const store = await openRecordStore(url, { clock });
    await store.put({ namespace: "n", key: "k" }, "1");
    await store.close();
  };

  it("is made once, and has its records after a second start", async () => {
    await openOnce();
    await openOnce();
    expect(await ask(`SELECT version FROM ${schema}.schema_version`)).toEqual([{ version: 1 }]);
    expect(await ask(`SELECT version FROM ${schema}.records`)).toEqual([{ version: "2" }]);
  });

  it("is made by one of many starts at the same moment, and used by all", async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => openOnce()));
    expect(outcomes.map(({ status }) => status)).toEqual(Array(8).fill("fulfilled"));
    expect(await ask(`SELECT version FROM ${schema}.records`)).toEqual([{ version: "8" }]);
  });

  it("may be named as the search path, and may be there already", async () => {
    await ask(`CREATE SCHEMA ${schema}`);
    await openOnce(place.url.replace("schema=", "search_path="));
    expect(await tables()).toEqual([{ tablename: "records" }, { tablename: "schema_version" }]);
  });

  it("is used by a user who may not make schemas", async () => {
    const user = `${schema}_user`;
    await ask(`CREATE USER ${user}`);
    try {
      await ask(`CREATE SCHEMA ${schema} AUTHORIZATION ${user}`);
      const url = new URL(place.url);
      url.username = user;
      await openOnce(url.href);
    } finally {
      await ask(`DROP OWNED BY ${user} CASCADE`);
      await ask(`DROP USER ${user}`);
    }
  });

  it("is brought from an older version to this one with its records, by one of several starts", async () => {
    await openOnce();
    const steps = [
      ...MIGRATIONS,
      (table: string) => `ALTER TABLE ${table} ADD COLUMN note text NOT NULL DEFAULT 'new'`,
    ];
    const newer = () => withPostgres((client) => migrate(client, schema, steps));
    await Promise.all([newer(), newer(), newer()]);
    expect(await ask(`SELECT version FROM ${schema}.schema_version`)).toEqual([{ version: 2 }]);
    expect(await ask(`SELECT key, version, note FROM ${schema}.records`)).toEqual([
      { key: "k", version: "1", note: "new" },
    ]);
  });

  it("keeps its records and its version if a step of a migration fails", async () => {
    await openOnce();
    const steps = [
      ...MIGRATIONS,
      (table: string) => `ALTER TABLE ${table} ADD COLUMN note text; SELECT broken`,
    ];
    await expect(withPostgres((client) => migrate(client, schema, steps))).rejects.toMatchObject({
      message: expect.stringContaining("broken"),
    });
    expect(await ask(`SELECT version FROM ${schema}.schema_version`)).toEqual([{ version: 1 }]);
    await openOnce();
    expect(await ask(`SELECT version FROM ${schema}.records`)).toEqual([{ version: "2" }]);
  });

  it("is refused and left alone if a newer version wrote it", async () => {
    await openOnce();
    await ask(`UPDATE ${schema}.schema_version SET version = 99`);
    await expect(openOnce()).rejects.toMatchObject({
      code: "storage_unavailable",
      message: expect.stringContaining("newer version of ghl-mcp (schema 99"),
    });
    expect(await ask(`SELECT version FROM ${schema}.schema_version`)).toEqual([{ version: 99 }]);
    expect(await ask(`SELECT version FROM ${schema}.records`)).toEqual([{ version: "1" }]);
  });

  it("is refused and left alone if another program has a table of that name there", async () => {
    await ask(`CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.records (theirs int)`);
    await expect(openOnce()).rejects.toMatchObject({
      code: "storage_unavailable",
      message: expect.stringContaining("of another program"),
    });
    expect(await tables()).toEqual([{ tablename: "records" }]);
  });
});
