import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { openRecordStore } from "../../../src/storage/open.ts";
import { createFakeClock } from "../../support/clock.ts";
import { findFreePort } from "../../support/free-port.ts";

const open = (url: string) => openRecordStore(url, { clock: createFakeClock() });

describe("opening a store by its URL", () => {
  it("opens memory", async () => {
    const store = await open("memory:");
    await store.put({ namespace: "n", key: "k" }, "1");
    expect(await store.get({ namespace: "n", key: "k" })).toEqual({ value: "1", version: 1 });
  });

  it.each([
    "mysql://user:hunter2@host/db",
    "memory:hunter2",
    "hunter2",
    "",
    "sqlite:",
    "sqlite::memory:",
    "sqlite://data/ghl-mcp.db",
  ])("refuses %j, says what is supported and repeats no password", async (url) => {
    const failure = await open(url).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "config_invalid" });
    expect(String(failure)).toContain("sqlite:<path>");
    expect(String(failure)).toContain('"memory:"');
    expect(String(failure)).not.toContain("hunter2");
  });

  it.each([
    ["postgres://user:hunter2/x@host/db", "is not a URL"],
    ["redis://user:hunter2/x@host", "is not a URL"],
    ["postgres://user:hunter2@127.0.0.1/db?schema=Bad%20Name", '"schema"'],
    ["postgres://user:hunter2@127.0.0.1/db?search_path=a,b", '"search_path"'],
    ["redis://user:hunter2@127.0.0.1?prefix=%7Ba%7D", '"prefix"'],
    ["redis://user:hunter2@127.0.0.1/name", "the number of a database"],
  ])("refuses %j before it connects, and repeats no password", async (url, problem) => {
    const failure = await open(url).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "config_invalid" });
    expect(String(failure)).toContain(problem);
    expect(inspect(failure)).not.toContain("hunter2");
  });

  it.each(["postgres://user:hunter2@127.0.0.1:PORT/db", "redis://user:hunter2@127.0.0.1:PORT"])(
    "says that %j does not answer, by host alone",
    async (url) => {
      const port = await findFreePort();
      const failure = await open(url.replace("PORT", String(port))).catch(
        (error: unknown) => error,
      );
      expect(failure).toMatchObject({
        code: "storage_unavailable",
        message: expect.stringContaining(`127.0.0.1:${port} cannot be used: connect ECONNREFUSED`),
        cause: expect.any(Error),
      });
      expect(inspect(failure)).not.toContain("hunter2");
    },
  );
});
