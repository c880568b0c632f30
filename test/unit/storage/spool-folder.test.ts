import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { redactFields } from "../../../src/observability/redact.ts";
import { openSpoolFolder } from "../../../src/storage/spool-folder.ts";
import { createMemoryLogger } from "../../support/memory-logger.ts";

describe("the spool folder", () => {
  let root: string;
  let path: string;
  const logger = createMemoryLogger();
  const openHere = () => openSpoolFolder(path, { log: logger.log });

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "ghl-mcp-spool-"));
    path = join(root, "data", "spool");
    logger.lines.length = 0;
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it("keeps files to their owner and gives them back until they are removed", async () => {
    const spool = openHere();
    spool.write("a.1.x", "text of a");
    await spool.sync("a.1.x");
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(statSync(join(path, "a.1.x")).mode & 0o777).toBe(0o600);
    expect(await openHere().list()).toEqual(["a.1.x"]);
    expect(await openHere().read("a.1.x")).toBe("text of a");
    await spool.remove("a.1.x");
    await spool.remove("a.1.x");
    expect(await spool.list()).toEqual([]);
    expect(await spool.read("a.1.x")).toBeUndefined();
    await spool.sync("a.1.x");
    expect(logger.lines).toEqual([]);
  });

  it("never writes over a file that is there", async () => {
    const spool = openHere();
    writeFileSync(join(path, ".a.part"), "another process writes here");
    expect(() => spool.write("a", "mine")).toThrow("EEXIST");
    expect(await spool.list()).toEqual([]);
  });

  it("finds what a process wrote that died before it could name it", async () => {
    openHere();
    writeFileSync(join(path, ".a.1.x.part"), "whole");
    expect(await openHere().list()).toEqual(["a.1.x"]);
    expect(await openHere().read("a.1.x")).toBe("whole");
  });

  it("makes its folder again when somebody removes it while the server runs", async () => {
    const spool = openHere();
    rmSync(path, { recursive: true });
    expect(await spool.list()).toEqual([]);
    spool.write("a", "text");
    expect(readdirSync(path)).toEqual(["a"]);
  });

  it("says at the start that a folder cannot be used, and throws on writing", () => {
    writeFileSync(join(root, "data"), "a file where the folder should be");
    const spool = openHere();
    expect(logger.lines.join("\n")).toMatch(/spool folder cannot be used.*set SPOOL_DIR/u);
    expect(() => spool.write("a", "text")).toThrow("ENOTDIR");
    const [line = ""] = logger.lines;
    expect(redactFields(JSON.parse(line))).toMatchObject({ path, reason: "ENOTDIR" });
  });

  it.skipIf(process.getuid?.() === 0)("says so for a folder without the right to write", () => {
    openHere();
    chmodSync(path, 0o500);
    openHere();
    expect(logger.lines.join("\n")).toContain("EACCES");
  });
});
