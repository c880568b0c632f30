import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findFreePort } from "../support/free-port.ts";
import { createInteropHome, findBin, type InteropHome } from "../support/interop-process.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";

const BRIDGE = findBin(import.meta.resolve("mcp-remote/package.json"), "mcp-remote");

let running: RunningApp;

beforeAll(async () => {
  running = await startApp();
});
afterAll(() => running.close());

describe.each(["legacy", "auto"] as const)("mcp-remote, stdio client %s", (mode) => {
  let home: InteropHome;
  let port: number;

  beforeAll(async () => {
    home = createInteropHome();
    port = await findFreePort();
  });
  afterAll(() => home.close());

  const connect = async (): Promise<Client> => {
    const client = new Client(
      { name: "stdio-client", version: "1.0.0" },
      { versionNegotiation: { mode } },
    );
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [BRIDGE, running.mcpUrl.href, String(port)],
      env: { ...home.env, MCP_REMOTE_CONFIG_DIR: home.folder },
      cwd: home.folder,
      stderr: "ignore",
    });
    await client.connect(transport, { timeout: 60_000 });
    return client;
  };

  it("signs in through the browser, lists tools and calls one", async () => {
    const client = await connect();
    expect(client.getProtocolEra()).toBe(mode === "auto" ? "modern" : "legacy");
    const { tools } = await client.listTools();
    expect(tools.map((tool) => tool.name)).toContain("get_oauth_status");
    const status = await client.callTool({ name: "get_oauth_status", arguments: {} });
    expect(status.isError).not.toBe(true);
    expect(JSON.stringify(status)).toContain("active");
    await client.close();
  }, 90_000);

  it("starts again without a browser", async () => {
    const before = consents();
    const client = await connect();
    const found = await client.callTool({ name: "search_contacts", arguments: { limit: 1 } });
    expect(found.isError).not.toBe(true);
    await client.close();
    expect(consents()).toBe(before);
  }, 90_000);
});

const consents = (): number =>
  running.logLines.filter((line) => line.includes(`"route":"/oauth/consent"`)).length;
