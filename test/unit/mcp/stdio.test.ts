import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as StdioClientTransportV1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { describe, expect, it } from "vitest";

const script = fileURLToPath(new URL("stdio-server.ts", import.meta.url));
const command = { command: process.execPath, args: [script] };
const info = { name: "test", version: "1" };
const INITIALIZE = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: info };
const INITIALIZING = { id: 0, method: "initialize", params: INITIALIZE };
const toLine = (message: object): string => JSON.stringify({ jsonrpc: "2.0", ...message });

describe("the stdio transport", () => {
  it("serves SDK v2 in the current revision", async () => {
    const client = new Client(info, { versionNegotiation: { mode: "auto" } });
    await client.connect(new StdioClientTransport(command));
    expect((await client.listTools()).tools).toHaveLength(17);
    expect(await client.callTool({ name: "search_contacts", arguments: {} })).toMatchObject({
      structuredContent: { total: 1 },
    });
    expect(client.getNegotiatedProtocolVersion()).toBe("2026-07-28");
    await client.close();
  });

  it("serves SDK v1", async () => {
    const client = new ClientV1(info);
    await client.connect(new StdioClientTransportV1(command));
    expect((await client.listTools()).tools).toHaveLength(17);
    expect(await client.callTool({ name: "search_contacts", arguments: {} })).toMatchObject({
      structuredContent: { total: 1 },
    });
    await client.close();
  });

  it("answers what was piped in, writes nothing but MCP on stdout, and ends with stdin", async () => {
    const child = spawn(command.command, command.args, { stdio: ["pipe", "pipe", "pipe"] });
    const out: string[] = [];
    const err: string[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk.toString()));
    const messages = [
      {
        id: 1,
        method: "initialize",
        params: INITIALIZE,
      },
      { method: "notifications/initialized" },
      { id: 2, method: "tools/call", params: { name: "search_contacts", arguments: {} } },
    ];
    child.stdin.end(
      `not json\n${messages.map((message) => JSON.stringify({ jsonrpc: "2.0", ...message })).join("\n")}\n`,
    );
    const code = await new Promise((resolve) => {
      child.once("close", resolve);
    });
    const answers = out
      .join("")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { id: number; result: unknown });
    expect(answers.map(({ id }) => id)).toEqual([1, 2]);
    expect(answers[0]).toMatchObject({
      result: { protocolVersion: "2025-06-18", serverInfo: { name: "ghl-mcp" } },
    });
    expect(answers[1]).toMatchObject({ result: { structuredContent: { total: 1 } } });
    expect(err.join("")).toContain("ended");
    expect(code).toBe(0);
  });

  it.each([
    ["alone", toLine(INITIALIZING), [0]],
    ["after another", `${toLine(INITIALIZING)}\n${toLine({ id: 1, method: "ping" })}`, [0, 1]],
    ["once where it has its newline", `${toLine(INITIALIZING)}\n`, [0]],
    ["with nothing where there was nothing", "", []],
    ["with nothing where there were only empty lines", "\n\n", []],
    ["with nothing where it is cut off", toLine(INITIALIZING).slice(0, -1), []],
  ])("answers a last line that the end of the input ends: %s", async (_case, input, ids) => {
    const child = spawn(command.command, command.args, { stdio: ["pipe", "pipe", "ignore"] });
    let out = "";
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stdin.end(input);
    const code = await new Promise((resolve) => child.once("close", resolve));
    const answers = out.split("\n").filter((line) => line !== "");
    expect(answers.map((line) => (JSON.parse(line) as { id: unknown }).id)).toEqual(ids);
    expect(code).toBe(0);
  });

  it("answers a usual initialize before it has what it serves, and once alone", async () => {
    const child = spawn(command.command, command.args, {
      stdio: ["pipe", "pipe", "inherit", "ipc"],
    });
    const ended = new Promise((resolve) => child.once("close", resolve));
    const lines = createInterface(child.stdout ?? process.stdin)[Symbol.asyncIterator]();
    const send = (message: object): void =>
      void child.stdin?.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
    const nextId = async (): Promise<unknown> =>
      (JSON.parse(String((await lines.next()).value)) as { id: unknown }).id;
    send({ id: 0, method: "initialize", params: INITIALIZE });
    expect(await nextId()).toBe(0);
    send({ id: 1, method: "tools/list" });
    child.send("go on");
    expect(await nextId()).toBe(1);
    child.stdin?.end();
    expect(await ended).toBe(0);
    expect((await lines.next()).done).toBe(true);
  });
});
