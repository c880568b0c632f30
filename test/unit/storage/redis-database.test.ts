import { Redis } from "ioredis";
import { expect, it } from "vitest";
import { watchDatabase } from "../../../src/storage/redis-database.ts";

const place = { database: 7, place: "Redis db.example:6379" };

it("refuses to work from a refused database on, until a new connection is in it", () => {
  const redis = new Redis({ lazyConnect: true });
  const check = watchDatabase(redis, place);
  const run = () => check("storage_unavailable");
  redis.emit("error", Object.assign(new Error("ERR lost"), { command: { name: "get" } }));
  redis.emit("error", new Error("connect ECONNREFUSED"));
  expect(run).not.toThrow();
  const refused = Object.assign(new Error("ERR DB index is out of range"), {
    command: { name: "select", args: ["7"] },
  });
  redis.emit("error", refused);
  expect(run).toThrow(
    expect.objectContaining({
      code: "storage_unavailable",
      message: expect.stringContaining("Redis db.example:6379 refuses its database 7"),
    }),
  );
  redis.emit("connect");
  expect(run).not.toThrow();
});
