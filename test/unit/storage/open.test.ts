import { describe, expect, it } from "vitest";
import { openRecordStore } from "../../../src/storage/open.ts";
import { createFakeClock } from "../../support/clock.ts";

const open = (url: string) => openRecordStore(url, { clock: createFakeClock() });

describe("opening a store by its URL", () => {
  it("opens memory", async () => {
    const store = await open("memory:");
    await store.put({ namespace: "n", key: "k" }, "1");
    expect(await store.get({ namespace: "n", key: "k" })).toEqual({ value: "1", version: 1 });
  });

  it.each([
    "redis://user:hunter2@host:6379",
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
});
