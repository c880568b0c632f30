import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSqliteStore, SQL } from "../../../src/storage/sqlite.ts";
import { MIGRATIONS, migrate } from "../../../src/storage/sqlite-schema.ts";
import { createFakeClock } from "../../support/clock.ts";

const at = { namespace: "codes", key: "a" };
const clock = createFakeClock();

describe("the SQLite store", () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "ghl-mcp-sqlite-"));
    path = join(folder, "data", "store.db");
  });
  afterEach(() => rm(folder, { recursive: true }));

  const modeOf = async (file: string): Promise<number> => (await stat(file)).mode & 0o777;
  const failureOf = (): Record<string, unknown> => {
    try {
      openSqliteStore(path, { clock });
    } catch (error) {
      return { ...(error as object), message: String(error) };
    }
    throw new Error("it opened");
  };

  it("keeps its file, the log beside it and its folder to their owner", async () => {
    const store = openSqliteStore(path, { clock });
    await store.put(at, "1");
    expect(await modeOf(join(folder, "data"))).toBe(0o700);
    expect(await modeOf(path)).toBe(0o600);
    expect(await modeOf(`${path}-wal`)).toBe(0o600);
    expect(await modeOf(`${path}-shm`)).toBe(0o600);
    await store.close();
    await chmod(path, 0o644);
    await openSqliteStore(path, { clock }).close();
    expect(await modeOf(path)).toBe(0o600);
  });

  it("still has its records after it was closed and opened again", async () => {
    const first = openSqliteStore(path, { clock });
    await first.put(at, "1");
    await first.put(at, "2", { group: "g" });
    await first.close();
    const second = openSqliteStore(path, { clock });
    expect(await second.get(at)).toEqual({ value: "2", version: 2 });
    expect(await second.list("codes", "g")).toEqual(["a"]);
    await second.close();
  });

  it("uses a write-ahead log, so that readers and a writer do not block each other", async () => {
    const store = openSqliteStore(path, { clock });
    const other = new DatabaseSync(path);
    expect(other.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
    other.close();
    await store.close();
  });

  it.each(["list", "page", "lastPage"] as const)(
    "looks for the keys of a group (%s) among those of this group alone, not all of its namespace",
    async (name) => {
      const store = openSqliteStore(path, { clock });
      const database = new DatabaseSync(path);
      const plan = database.prepare(`EXPLAIN QUERY PLAN ${SQL[name]}`).all();
      expect(plan.map(({ detail }) => detail)).toEqual([
        expect.stringContaining("USING INDEX records_by_group (namespace=? AND grp=?"),
      ]);
      database.close();
      await store.close();
    },
  );

  it("takes its log over into the file in small portions, so that no commit is a long one", async () => {
    const store = openSqliteStore(path, { clock });
    const value = "v".repeat(2_000);
    for (let index = 0; index < 1_000; index += 1) {
      await store.put({ namespace: "codes", key: `key ${index}` }, value);
    }
    const { size } = await stat(`${path}-wal`);
    expect(size).toBeLessThan(1_200_000);
    await store.close();
  });

  it("brings a file of an older version to this one, with its records", async () => {
    const store = openSqliteStore(path, { clock });
    await store.put(at, "1");
    await store.close();
    const database = new DatabaseSync(path);
    const steps = [...MIGRATIONS, "ALTER TABLE records ADD COLUMN note TEXT DEFAULT 'new'"];
    migrate(database, path, steps);
    migrate(database, path, steps);
    expect(database.prepare("PRAGMA user_version").get()).toEqual({
      user_version: MIGRATIONS.length + 1,
    });
    expect(database.prepare("SELECT key, value, version, note FROM records").all()).toEqual([
      { key: "a", value: "1", version: 1, note: "new" },
    ]);
    database.close();
  });

  it("keeps the records and the version of a file whose migration fails half-way", async () => {
    await openSqliteStore(path, { clock }).put(at, "1");
    const database = new DatabaseSync(path);
    const steps = [...MIGRATIONS, "ALTER TABLE records ADD COLUMN note TEXT; SELECT broken"];
    expect(() => migrate(database, path, steps)).toThrow("broken");
    expect(database.prepare("PRAGMA user_version").get()).toEqual({
      user_version: MIGRATIONS.length,
    });
    database.close();
    const again = openSqliteStore(path, { clock });
    expect(await again.get(at)).toEqual({ value: "1", version: 1 });
    await again.put(at, "2");
    await again.close();
  });

  it("refuses a file of a newer version and leaves it as it is", async () => {
    await openSqliteStore(path, { clock }).close();
    const database = new DatabaseSync(path);
    database.exec("PRAGMA user_version = 99");
    database.close();
    const before = await readFile(path);
    expect(failureOf()).toMatchObject({
      code: "storage_unavailable",
      message: expect.stringContaining("newer version of ghl-mcp (schema 99"),
    });
    expect((await readFile(path)).equals(before)).toBe(true);
  });

  it("refuses the database of another program and leaves it as it is", async () => {
    path = join(folder, "theirs.db");
    const database = new DatabaseSync(path);
    database.exec("CREATE TABLE theirs (a)");
    database.close();
    const before = await readFile(path);
    expect(failureOf()).toMatchObject({
      code: "storage_unavailable",
      message: expect.stringContaining("another program"),
    });
    expect((await readFile(path)).equals(before)).toBe(true);
  });

  it("refuses a file that is no database, by its path", async () => {
    path = join(folder, "notes.txt");
    await writeFile(path, "not a database, but long enough to be looked at".repeat(40));
    expect(failureOf()).toMatchObject({
      code: "storage_unavailable",
      message: expect.stringContaining(path),
    });
  });

  it("refuses a path that cannot be made", async () => {
    await writeFile(join(folder, "file"), "");
    path = join(folder, "file", "store.db");
    expect(failureOf()).toMatchObject({ code: "storage_unavailable" });
  });

  it("reports a database that fails under it as unavailable, with the cause", async () => {
    const store = openSqliteStore(path, { clock });
    const other = new DatabaseSync(path);
    other.exec("DROP TABLE records");
    other.close();
    await expect(store.put(at, "secret value")).rejects.toMatchObject({
      code: "storage_unavailable",
      message: expect.not.stringContaining("secret value"),
      cause: expect.any(Error),
    });
    await store.close();
  });
});
