import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addSeconds } from "../../src/core/clock.ts";
import type { MaintainableStore } from "../../src/storage/maintainable-store.ts";
import { openRecordStore } from "../../src/storage/open.ts";
import { createFakeClock, type FakeClock } from "../support/clock.ts";
import { createMemoryLogger } from "../support/memory-logger.ts";
import { findMissing, redis, type StorePlace, withRedis } from "./store-places.ts";

const missing = await findMissing();
const at = (key: string) => ({ namespace: "code", key });

describe.skipIf(missing.has(redis))("a Redis store", () => {
  let place: StorePlace;
  let clock: FakeClock;
  let store: MaintainableStore;
  let tag: string;
  const logger = createMemoryLogger();

  beforeEach(async () => {
    place = await redis.makePlace();
    clock = createFakeClock();
    tag = `{${new URL(place.url).searchParams.get("prefix") ?? ""}}`;
    store = await openRecordStore(place.url, { clock, log: logger.log });
  });
  afterEach(async () => {
    await store.close();
    await place.dispose();
  });

  const inSeconds = (seconds: number) => addSeconds(clock.nowSeconds(), seconds);
  const keys = () => withRedis(async (client) => (await client.keys(`${tag}*`)).toSorted());

  it("lets Redis free a record an hour after its end, and keeps one without an end", async () => {
    await store.put(at("ends"), "1", { expiresAt: inSeconds(60) });
    await store.put(at("stays"), "1");
    await store.put(at("lifted"), "1", { expiresAt: inSeconds(60) });
    await store.put(at("lifted"), "2");
    const [ends, stays, lifted] = await withRedis((client) =>
      Promise.all(["ends", "stays", "lifted"].map((key) => client.ttl(`${tag}r:code:${key}`))),
    );
    expect(ends).toBeGreaterThan(3_600);
    expect(ends).toBeLessThanOrEqual(3_660);
    expect([stays, lifted]).toEqual([-1, -1]);
  });

  it("leaves no key behind when all records are taken, deleted or swept", async () => {
    await store.put(at("a"), "1", { expiresAt: inSeconds(60), group: "g" });
    await store.put(at("a"), "2", { expiresAt: inSeconds(90), group: "h" });
    await store.put(at("b"), "1", { group: "g" });
    await store.put(at("c"), "1", { expiresAt: inSeconds(10), group: "g" });
    await store.take(at("a"));
    await store.delete(at("b"));
    clock.advance(10);
    expect(await store.sweep()).toBe(1);
    expect(await keys()).toEqual([`${tag}schema`]);
  });

  it("is refused and left alone if a newer version wrote it", async () => {
    await store.put(at("a"), "1");
    await withRedis((client) => client.set(`${tag}schema`, "99"));
    const before = await keys();
    await expect(openRecordStore(place.url, { clock })).rejects.toMatchObject({
      code: "storage_unavailable",
      message: expect.stringContaining("newer version of ghl-mcp (schema 99"),
    });
    expect(await keys()).toEqual(before);
    expect(await withRedis((client) => client.get(`${tag}schema`))).toBe("99");
  });

  it("is not confused by a record that Redis has freed before a sweep", async () => {
    await store.put(at("a"), "1", { expiresAt: inSeconds(60), group: "g" });
    await store.put(at("b"), "1", { expiresAt: inSeconds(90), group: "g" });
    await withRedis((client) => client.del(`${tag}r:code:a`));
    clock.advance(60);
    expect(await store.list("code", "g")).toEqual(["b"]);
    expect(await store.count()).toBe(1);
    expect(await store.put(at("a"), "2", { ifVersion: "absent", group: "g" })).toMatchObject({
      ok: true,
    });
    expect(await store.list("code", "g")).toEqual(["a", "b"]);
    expect(await store.count()).toBe(2);
  });

  it("works on after Redis has forgotten its scripts", async () => {
    await store.put(at("a"), "1");
    await withRedis((client) => client.script("FLUSH"));
    expect(await store.take(at("a"))).toEqual({ value: "1", version: 1 });
  });

  it("keeps two prefixes of one database apart", async () => {
    const other = await redis.makePlace();
    const second = await openRecordStore(other.url, { clock });
    await second.put(at("a"), "theirs", { group: "g" });
    expect(await store.get(at("a"))).toBeUndefined();
    expect(await store.list("code", "g")).toEqual([]);
    await second.close();
    await other.dispose();
  });

  it("warns at the start exactly if the server keeps no append-only file", async () => {
    const info = await withRedis((client) => client.info("persistence"));
    const warned = logger.lines.some((line) => line.includes("keeps no append-only file"));
    expect(warned).toBe(info.includes("aof_enabled:0"));
  });

  it("refuses a database that the server does not have, and writes nothing to another", async () => {
    const url = new URL(place.url);
    url.pathname = "/99";
    url.searchParams.set("prefix", `${tag.slice(1, -1)}other:`);
    const failure = await openRecordStore(url.href, { clock }).then(
      (opened) => opened.close(),
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({
      code: "config_invalid",
      message: expect.stringMatching(/database 99, .*out of range; .* such as \/0/u),
    });
    expect(await keys()).toEqual([`${tag}schema`]);
    const others = `{${tag.slice(1, -1)}other:}*`;
    expect(await withRedis((client) => client.keys(others))).toEqual([]);
  });

  it("uses the database that the URL names", async () => {
    const url = new URL(place.url);
    url.pathname = "/15";
    const second = await openRecordStore(url.href, { clock });
    await second.put(at("a"), "theirs");
    expect(await store.get(at("a"))).toBeUndefined();
    await second.delete(at("a"));
    await second.close();
    await withRedis(async (client) => {
      await client.select(15);
      await client.del(`${tag}schema`);
    });
  });

  it("shows no password when the server refuses it", async () => {
    const url = new URL(place.url);
    url.username = "nobody";
    url.password = "hunter2";
    const failure = await openRecordStore(url.href, { clock }).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: "storage_unavailable",
      message: expect.stringContaining("WRONGPASS"),
    });
    expect(inspect(failure, { depth: 9 })).not.toContain("hunter2");
  });
});
