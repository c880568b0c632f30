import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeClientFile } from "../../src/cli/write-client-file.ts";
import { type CliResult, runCli } from "../support/cli-process.ts";
import { createFakeClock } from "../support/clock.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ghl-mcp-connect-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const connect = (...args: readonly string[]): Promise<CliResult> =>
  runCli(["connect", ...args], { cwd: folder, env: { HOME: folder } });

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));

describe("ghl-mcp connect", () => {
  it("prints a command for this server's own address, with the options", async () => {
    const result = await connect(
      "claude-code",
      "--location",
      "Harbor Dental",
      ..."--public-url https://mcp.example.com --name ghl-ro --access read --tools crm".split(" "),
    );
    expect(result).toMatchObject({ exitCode: 0, stderr: "" });
    expect(result.stdout).toContain(
      "claude mcp add --transport http ghl-ro 'https://mcp.example.com/mcp?location=Harbor+Dental&access=read&tools=crm'\n",
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it("writes a command that names the settings file itself, once that is gone", async () => {
    const settings = join(folder, "prod.env");
    writeFileSync(settings, "LOG_LEVEL=silent\n");
    const path = join(folder, "client.json");
    await connect("claude-desktop", "--write", "--file", path, "--env-file", settings);
    rmSync(settings);

    const { mcpServers } = readJson(path) as {
      mcpServers: { ghl: { command: string; args: readonly string[] } };
    };
    const { command, args } = mcpServers.ghl;
    const started = spawnSync(command, args, { cwd: folder, encoding: "utf8", timeout: 20_000 });
    expect({ status: started.status, stderr: started.stderr }).toEqual({
      status: 78,
      stderr: `ghl-mcp: the settings file "${settings}" cannot be read: there is no such file; check the path given with --env-file\n`,
    });
  });

  it("adds the server to Cursor's file in the home folder, and keeps what was there", async () => {
    const path = join(folder, ".cursor", "mcp.json");
    mkdirSync(join(folder, ".cursor"));
    const before = '{"mcpServers":{"files":{"command":"x"}}}';
    writeFileSync(path, before);

    const result = await connect("cursor", "--write", "--json");

    expect(result).toMatchObject({ exitCode: 0, stderr: "" });
    const written = JSON.parse(result.stdout) as { backup: string };
    expect(written).toMatchObject({
      client: "cursor",
      name: "ghl",
      url: "http://localhost:8000/mcp",
      path,
      change: "added",
    });
    expect(readJson(path)).toEqual({
      mcpServers: { files: { command: "x" }, ghl: { url: "http://localhost:8000/mcp" } },
    });
    expect(readFileSync(written.backup, "utf8")).toBe(before);
    expect(readdirSync(join(folder, ".cursor"))).toHaveLength(2);
  });

  it("writes a command that starts this server, wherever it is started", async () => {
    const path = join(folder, "desktop.json");
    const result = await connect("claude-desktop", "--write", "--file", path, "--access", "full");
    expect(result).toMatchObject({ exitCode: 0, stderr: "" });
    const { mcpServers } = readJson(path) as {
      mcpServers: { ghl: { command: string; args: string[] } };
    };
    const { args, command } = mcpServers.ghl;
    expect(args.slice(1).join(" ")).toBe(
      `stdio --storage-url sqlite:${join(folder, "data", "ghl-mcp.db")} --access critical`,
    );
    // Nobody has signed in, which is what it says: so it has started.
    expect(() => execFileSync(command, args, { cwd: "/", stdio: "pipe" })).toThrow(
      /no GoHighLevel connection/u,
    );
  });

  it("refuses a client that has no such file, and options that would do nothing", async () => {
    const codex = await connect("codex", "--write");
    expect(codex).toMatchObject({ exitCode: 64, stdout: "" });
    expect(codex.stderr).toContain("ghl-mcp connect codex shows what to do");
    const stdio = await connect("stdio", "--location", "Harbor Dental");
    expect(stdio).toMatchObject({ exitCode: 64, stdout: "" });
    expect(stdio.stderr).toContain("--access works");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("lists the clients, and says on stderr which of them this address is no use to", async () => {
    const list = await connect("--list");
    expect(list.stdout).toMatch(/^claude +Claude$/mu);
    expect(list.stdout).toMatch(/^vscode +VS Code, with --write$/mu);
    const claude = await connect("claude");
    expect(claude.stderr).toContain("this address works on this machine only");
    expect(claude.stdout).toContain("\nhttp://localhost:8000/mcp");
  });
});

describe("a client's file", () => {
  const wanted = { member: "mcpServers", name: "ghl", entry: { url: "https://mcp.example/mcp" } };
  const clock = createFakeClock();
  const write = (path: string) => writeClientFile(path, wanted, { clock });

  it("is made with its folder where there is none, for its owner alone", async () => {
    const path = join(folder, "a", "b", "mcp.json");
    expect(await write(path)).toEqual({ path, change: "created" });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readJson(path)).toEqual({ mcpServers: { ghl: wanted.entry } });
  });

  it("keeps its mode, and a link stays a link", async () => {
    const real = join(folder, "real.json");
    const link = join(folder, "link.json");
    writeFileSync(real, "{}");
    chmodSync(real, 0o644);
    symlinkSync(real, link);
    expect(await write(link)).toMatchObject({ path: real, change: "added" });
    expect(statSync(real).mode & 0o777).toBe(0o644);
    expect(readFileSync(link, "utf8")).toContain("mcp.example");
  });

  it("is not touched a second time", async () => {
    const path = join(folder, "mcp.json");
    await write(path);
    const { ino, mtimeNs } = statSync(path, { bigint: true });
    expect(await write(path)).toEqual({ path, change: "same" });
    expect(statSync(path, { bigint: true })).toMatchObject({ ino, mtimeNs });
    expect(readdirSync(folder)).toEqual(["mcp.json"]);
  });

  it.each([
    ["with comments", '{ // mine\n "mcpServers": {} }', "comments in it would be lost"],
    ["of another shape", '{"mcpServers":[]}', '"mcpServers" in it is no JSON object'],
    ["that is not UTF-8", Buffer.from([0x7b, 0xff, 0x7d]), "not UTF-8"],
  ])("%s is refused and left alone", async (_name, content, why) => {
    const path = join(folder, "mcp.json");
    writeFileSync(path, content);
    await expect(write(path)).rejects.toMatchObject({
      code: "client_file_refused",
      message: expect.stringContaining(why) as string,
    });
    if (why !== "not UTF-8") {
      await expect(write(path)).rejects.toThrow(
        'by hand, under "mcpServers": "ghl": {"url":"https://mcp.example/mcp"}',
      );
    }
    expect(readFileSync(path)).toEqual(Buffer.from(content));
    expect(readdirSync(folder)).toEqual(["mcp.json"]);
  });

  it("that another program changes meanwhile is refused, and what that wrote stays", async () => {
    const path = join(folder, "mcp.json");
    writeFileSync(path, "{}");
    // asked for the name of the backup: after the file was read, before it is replaced
    const nowMs = (): number => {
      writeFileSync(path, '{"mcpServers":{"new":{}}}');
      return clock.nowMs();
    };
    await expect(
      writeClientFile(path, wanted, { clock: { ...clock, nowMs } }),
    ).rejects.toMatchObject({ message: expect.stringContaining("another program") as string });
    expect(readJson(path)).toEqual({ mcpServers: { new: {} } });
  });

  it("that is a folder is refused with the system's word for it", async () => {
    const path = join(folder, "mcp.json");
    mkdirSync(path);
    await expect(write(path)).rejects.toMatchObject({
      message: expect.stringContaining("EISDIR") as string,
    });
    expect(existsSync(path)).toBe(true);
  });
});
