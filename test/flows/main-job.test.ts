import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { UnauthorizedError as UnauthorizedErrorV1 } from "@modelcontextprotocol/sdk/client/auth.js";
import { SSEClientTransport as SseTransportV1 } from "@modelcontextprotocol/sdk/client/sse.js";
import { StreamableHTTPClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createOAuthProvider, type MemoryOAuthProvider } from "../support/oauth-client.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";
import { signIn } from "../support/sign-in.ts";

let running: RunningApp;

beforeAll(async () => {
  running = await startApp();
});
afterAll(() => running.close());

/** What the flow needs of a client, so that clients of two SDKs and three transports run it alike. */
interface Driver {
  readonly name: string;
  readonly path: "/mcp" | "/sse";
  /** A fresh transport, and a fresh client connected over it. */
  connect(provider: MemoryOAuthProvider): Promise<ConnectedClient>;
  /** Hands the callback's parameters to the client, which redeems the code. */
  finish(provider: MemoryOAuthProvider, callback: URLSearchParams): Promise<void>;
  readonly unauthorized: new (...args: never[]) => Error;
}

interface ConnectedClient {
  listTools(): Promise<{ tools: { name: string }[] }>;
  callTool(request: { name: string; arguments: Record<string, unknown> }): Promise<unknown>;
  close(): Promise<void>;
}

const sdkV2 = (mode: "legacy" | "auto"): Driver => {
  const transport = (provider: MemoryOAuthProvider) =>
    new StreamableHTTPClientTransport(running.mcpUrl, { authProvider: provider });
  return {
    name: `@modelcontextprotocol/client, ${mode}`,
    path: "/mcp",
    unauthorized: UnauthorizedError,
    connect: async (provider) => {
      const client = new Client(
        { name: "flow-test", version: "1.0.0" },
        { versionNegotiation: { mode } },
      );
      await client.connect(transport(provider));
      return client;
    },
    finish: (provider, callback) => transport(provider).finishAuth(callback),
  };
};

type MakeTransportV1 = (provider: MemoryOAuthProvider) => TransportV1 | SseTransportV1;

const sdkV1 = (name: string, path: Driver["path"], make: MakeTransportV1): Driver => ({
  name,
  path,
  unauthorized: UnauthorizedErrorV1,
  connect: async (provider) => {
    const client = new ClientV1({ name: "flow-test", version: "1.0.0" });
    await client.connect(make(provider) as never);
    return client as ConnectedClient;
  },
  finish: (provider, callback) => make(provider).finishAuth(callback.get("code") ?? ""),
});

const drivers: readonly Driver[] = [
  sdkV2("legacy"),
  sdkV2("auto"),
  sdkV1("@modelcontextprotocol/sdk, Streamable HTTP", "/mcp", (provider) => {
    return new TransportV1(running.mcpUrl, { authProvider: provider });
  }),
  sdkV1("@modelcontextprotocol/sdk, HTTP+SSE", "/sse", (provider) => {
    return new SseTransportV1(new URL(`${running.publicUrl}/sse`), { authProvider: provider });
  }),
];

describe.each(drivers)("$name", (driver) => {
  const provider = createOAuthProvider(driver.name);
  let client: ConnectedClient;

  it("is turned away with a challenge, discovers the server and registers", async () => {
    await expect(driver.connect(provider)).rejects.toBeInstanceOf(driver.unauthorized);
    expect(provider.registered()).toMatchObject({ client_id: expect.any(String) });
    const url = provider.authorizationUrl();
    expect(`${url.origin}${url.pathname}`).toBe(`${running.publicUrl}/oauth/authorize`);
    expect(url.searchParams.get("code_challenge_method")).toBe("S256");
    expect(url.searchParams.get("resource")).toBe(`${running.publicUrl}${driver.path}`);
    // Clients of SDK v2 add offline_access by themselves where the server lists it.
    expect(url.searchParams.get("scope")).toMatch(/^read write( offline_access)?$/);
  });

  it("signs a person in through the consent page and GoHighLevel", async () => {
    const callback = await signIn(provider.authorizationUrl(), {
      redirectUri: provider.redirectUrl,
    });
    expect(`${callback.origin}${callback.pathname}`).toBe(provider.redirectUrl);
    expect(callback.searchParams.get("state")).toBe(provider.expectedState());
    expect(callback.searchParams.getAll("iss")).toEqual([running.publicUrl]);
    await driver.finish(provider, callback.searchParams);
    expect(provider.currentTokens()).toMatchObject({
      access_token: expect.stringMatching(/^ghlmcp_at_/),
      refresh_token: expect.stringMatching(/^ghlmcp_rt_/),
      scope: "read write",
    });
  });

  it("lists the tools", async () => {
    client = await driver.connect(provider);
    const { tools } = await client.listTools();
    expect(tools.map((tool) => tool.name)).toEqual([
      "get_oauth_status",
      "list_locations",
      "search_contacts",
      "get_contact",
      "create_contact",
      "update_contact",
      "get_opportunities",
      "update_opportunity",
      "get_conversation",
      "find_free_slots",
      "book_appointment",
      "search_operations",
      "describe_operation",
      "read_operation",
      "write_operation",
    ]);
  });

  it("searches contacts and creates one that the next search finds", async () => {
    const found = await client.callTool({ name: "search_contacts", arguments: { limit: 5 } });
    expect(structured(found)).toMatchObject({ contacts: expect.any(Array) });
    const email = `flow-${crypto.randomUUID()}@example.com`;
    const created = await client.callTool({
      name: "create_contact",
      arguments: { first_name: "Ada", last_name: "Flow", email },
    });
    expect(created).not.toHaveProperty("isError", true);
    const again = structured(
      await client.callTool({ name: "search_contacts", arguments: { query: email } }),
    );
    expect(JSON.stringify(again)).toContain(email);
  });

  it("lists deals and says who is connected", async () => {
    const deals = await client.callTool({ name: "get_opportunities", arguments: { limit: 3 } });
    expect(deals).not.toHaveProperty("isError", true);
    const status = await client.callTool({ name: "get_oauth_status", arguments: {} });
    expect(JSON.stringify(structured(status))).toContain("active");
  });

  it("refreshes its token by itself once the access token is no good", async () => {
    const before = provider.currentTokens();
    provider.setTokens({
      ...before,
      access_token: "ghlmcp_at_expired",
      token_type: "Bearer",
    });
    const fresh = await driver.connect(provider);
    expect((await fresh.listTools()).tools).toHaveLength(15);
    expect(provider.currentTokens()?.refresh_token).not.toBe(before?.refresh_token);
    await fresh.close();
    await client.close();
  });
});

const structured = (result: unknown): unknown =>
  (result as { structuredContent?: unknown }).structuredContent;
