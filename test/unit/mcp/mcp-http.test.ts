import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as StreamableHTTPClientTransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterEach, describe, expect, it } from "vitest";
import { silentLogger } from "../../../src/core/logger.ts";
import { fail, ok } from "../../../src/core/result.ts";
import { createMcpHttp } from "../../../src/transport/mcp-http.ts";
import {
  type Answer,
  BERLIN,
  FOREIGN,
  type Harness,
  LYON,
  type RunningHttp,
  createHarness,
  listen,
  toContact,
  toPinned,
  toPrincipal,
} from "./fixtures.ts";

const info = { name: "test", version: "1" };
const SEARCH = "contacts.search-contacts-advanced";
const answers: Readonly<Record<string, Answer>> = {
  [SEARCH]: ok({ contacts: [toContact(1)], total: 1 }),
};
const ENVELOPE = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": {},
  "io.modelcontextprotocol/clientInfo": info,
};

const running: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((close) => close()));
});

/** The principal comes from a header, as the bearer check would give it. */
const start = async (
  given: Readonly<Record<string, Answer>> = answers,
): Promise<RunningHttp & Harness> => {
  const harness = createHarness(given);
  let sessions = 0;
  const mcp = createMcpHttp({
    surface: harness.surface,
    authorization: { challenge: () => "Bearer" },
    cookieKeys: {
      random: () => `session-${(sessions += 1)}`,
      mac: (_purpose, value) => value,
    },
    log: silentLogger,
  });
  const principals = {
    berlin: toPinned(BERLIN),
    lyon: toPinned(LYON),
    both: toPrincipal({ locations: [BERLIN, LYON] }),
  };
  const http = await listen((req, res) => {
    const who =
      req.headers["x-who"] === "lyon"
        ? "lyon"
        : req.headers["x-who"] === "both"
          ? "both"
          : "berlin";
    return mcp.handle(req, res, principals[who]);
  });
  running.push(async () => {
    await mcp.close();
    await http.close();
  });
  return { ...harness, ...http };
};

const post = (
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> =>
  fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

const modernCall = (
  method: string,
  params: Record<string, unknown> = {},
  name?: string,
): [unknown, Record<string, string>] => [
  { jsonrpc: "2.0", id: 1, method, params: { ...params, _meta: ENVELOPE } },
  {
    accept: "application/json, text/event-stream",
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": method,
    ...(name === undefined ? {} : { "mcp-name": name }),
  },
];

const initialize = (protocolVersion: string): unknown => ({
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion, capabilities: {}, clientInfo: info },
});

describe("Streamable HTTP with real clients", () => {
  it("serves SDK v2 with its default, legacy negotiation", async () => {
    const { url } = await start();
    const client = new Client(info);
    await client.connect(new StreamableHTTPClientTransport(new URL(url)));
    expect(client.getServerVersion()).toMatchObject({ name: "ghl-mcp", version: "1.2.3" });
    expect(client.getInstructions()).toContain("get_oauth_status");
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain("search_contacts");
    expect(await client.callTool({ name: "search_contacts", arguments: {} })).toMatchObject({
      structuredContent: { total: 1 },
    });
    await client.close();
  });

  it("serves SDK v2 in the current revision", async () => {
    const { url } = await start();
    const client = new Client(info, { versionNegotiation: { mode: "auto" } });
    await client.connect(new StreamableHTTPClientTransport(new URL(url)));
    expect(client.getNegotiatedProtocolVersion()).toBe("2026-07-28");
    expect((await client.listTools()).tools).toHaveLength(17);
    expect(await client.callTool({ name: "search_contacts", arguments: {} })).toMatchObject({
      structuredContent: { total: 1 },
    });
    await client.close();
  });

  it("serves SDK v1", async () => {
    const { url } = await start();
    const client = new ClientV1(info);
    await client.connect(new StreamableHTTPClientTransportV1(new URL(url)));
    expect((await client.listTools()).tools).toHaveLength(17);
    expect(await client.callTool({ name: "search_contacts", arguments: {} })).toMatchObject({
      structuredContent: { total: 1 },
    });
    await client.close();
  });
});

describe("the current revision on the wire", () => {
  it("discovers", async () => {
    const { url } = await start();
    const response = await post(url, ...modernCall("server/discover"));
    expect(response.headers.get("content-type")).toContain("application/json");
    expect(await response.json()).toMatchObject({
      result: {
        supportedVersions: ["2026-07-28"],
        capabilities: { tools: {} },
        cacheScope: "private",
      },
    });
  });

  it("lists tools with a private cache hint", async () => {
    const { url } = await start();
    const { result } = (await (await post(url, ...modernCall("tools/list"))).json()) as {
      result: Record<string, unknown>;
    };
    expect(result).toMatchObject({ resultType: "complete", ttlMs: 300_000, cacheScope: "private" });
  });

  it("answers an unknown tool with a protocol error that names those there are", async () => {
    const { url } = await start();
    const response = await post(
      url,
      ...modernCall("tools/call", { name: "drop_tables", arguments: {} }, "drop_tables"),
    );
    expect(await response.json()).toMatchObject({
      id: 1,
      error: {
        code: -32602,
        message: expect.stringContaining(
          'unknown tool "drop_tables"; this grant has get_oauth_status',
        ) as string,
      },
    });
  });

  it("answers wrong arguments with a tool error", async () => {
    const { url, calls } = await start();
    const response = await post(
      url,
      ...modernCall(
        "tools/call",
        { name: "search_contacts", arguments: { limit: 0 } },
        "search_contacts",
      ),
    );
    expect(await response.json()).toMatchObject({
      result: { isError: true, content: [{ type: "text", text: '"limit" must be at least 1' }] },
    });
    expect(calls).toEqual([]);
  });

  it("answers a failure of GoHighLevel with what to do next", async () => {
    const { url } = await start({
      [SEARCH]: fail({ kind: "missing_scope", scopes: ["contacts.readonly"] }),
    });
    const response = await post(
      url,
      ...modernCall("tools/call", { name: "search_contacts", arguments: {} }, "search_contacts"),
    );
    const { result } = (await response.json()) as {
      result: { isError: boolean; content: { text: string }[] };
    };
    expect(result.isError).toBe(true);
    expect(result.content[0]?.text).toContain('lacks the scope "contacts.readonly"');
  });

  it("tells nothing of a bug", async () => {
    const { url } = await start({ [SEARCH]: () => Promise.reject(new Error("secret detail")) });
    const response = await post(
      url,
      ...modernCall("tools/call", { name: "search_contacts", arguments: {} }, "search_contacts"),
    );
    const text = await response.text();
    expect(text).toContain("the server failed on this call");
    expect(text).not.toContain("secret detail");
  });

  it("cancels the call of GoHighLevel when the client leaves", async () => {
    let seen: AbortSignal | undefined;
    let entered = (): void => undefined;
    const inside = new Promise<void>((resolve) => {
      entered = resolve;
    });
    const { url } = await start({
      [SEARCH]: (call) => {
        seen = call.signal;
        entered();
        return new Promise((resolve) => {
          call.signal?.addEventListener("abort", () => resolve(fail({ kind: "aborted" })), {
            once: true,
          });
        });
      },
    });
    const leave = new AbortController();
    const [body, headers] = modernCall(
      "tools/call",
      { name: "search_contacts", arguments: {} },
      "search_contacts",
    );
    const pending = fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
      signal: leave.signal,
    });
    await inside;
    expect(seen?.aborted).toBe(false);
    const aborted = new Promise((resolve) => {
      seen?.addEventListener("abort", resolve, { once: true });
    });
    leave.abort();
    await expect(pending).rejects.toThrow("abort");
    await aborted;
    expect(seen?.aborted).toBe(true);
  });
});

describe("earlier revisions on the wire", () => {
  it.each(["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])(
    "negotiates %s",
    async (version) => {
      const { url } = await start();
      const response = await post(url, initialize(version), {
        accept: "application/json, text/event-stream",
      });
      expect(response.headers.get("content-type")).toContain("text/event-stream");
      expect(response.headers.get("x-accel-buffering")).toBe("no");
      expect(await response.text()).toContain(`"protocolVersion":"${version}"`);
    },
  );

  it.each(["*/*", "application/json", ""])(
    "answers in plain JSON when the client accepts %j",
    async (accept) => {
      const { url } = await start();
      const headers: Record<string, string> = accept === "" ? {} : { accept };
      const response = await post(url, initialize("2025-06-18"), headers);
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toContain("application/json");
      expect(await response.json()).toMatchObject({ result: { protocolVersion: "2025-06-18" } });
      const list = await post(url, { jsonrpc: "2.0", id: 2, method: "tools/list" }, headers);
      expect(await list.json()).toMatchObject({ id: 2, result: { tools: { length: 17 } } });
    },
  );

  it("still refuses what a client that accepts neither could not read", async () => {
    const { url } = await start();
    expect((await post(url, initialize("2025-06-18"), { accept: "text/html" })).status).toBe(406);
  });
});

describe("isolation of principals", () => {
  it("names a session in the answer to initialize alone, and ignores whatever name comes back", async () => {
    const { url } = await start();
    const accept = "application/json, text/event-stream";
    const opened = await post(url, initialize("2025-06-18"), { accept });
    expect(opened.headers.get("mcp-session-id")).toBe("session-1");
    const listing = { jsonrpc: "2.0", id: 2, method: "tools/list", params: {} };
    for (const name of ["session-1", "of-another-server"]) {
      const listed = await post(url, listing, { accept, "mcp-session-id": name });
      expect(listed.status).toBe(200);
      expect(listed.headers.get("mcp-session-id")).toBeNull();
    }
  });

  it("gives each of many interleaved requests its own location", async () => {
    const { url, calls } = await start({
      [SEARCH]: async (call) => {
        await new Promise((resolve) => setImmediate(resolve));
        return ok({ contacts: [toContact(1, { contactName: call.locationId })], total: 1 });
      },
    });
    const [body, headers] = modernCall(
      "tools/call",
      { name: "search_contacts", arguments: {} },
      "search_contacts",
    );
    const results = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        const who = index % 2 === 0 ? "berlin" : "lyon";
        const text = await (await post(url, body, { ...headers, "x-who": who })).text();
        return (
          text.includes(who === "berlin" ? BERLIN : LYON) &&
          !text.includes(`"name":"${who === "berlin" ? LYON : BERLIN}"`)
        );
      }),
    );
    expect(results).toEqual(results.map(() => true));
    expect(calls.filter(({ locationId }) => locationId === BERLIN)).toHaveLength(20);
  });

  it("asks nothing of GoHighLevel for a location outside the grant", async () => {
    const { url, calls } = await start();
    const [body, headers] = modernCall(
      "tools/call",
      { name: "search_contacts", arguments: { location: FOREIGN } },
      "search_contacts",
    );
    expect(await (await post(url, body, { ...headers, "x-who": "both" })).json()).toMatchObject({
      result: { isError: true },
    });
    expect(calls).toEqual([]);
  });

  it("does not take a header of ours from outside", async () => {
    const { url } = await start();
    const response = await post(url, initialize("2025-06-18"), {
      accept: "application/json, text/event-stream",
      "x-ghlmcp-plain-json": "1",
    });
    expect(response.headers.get("content-type")).toContain("text/event-stream");
  });
});

describe("bad requests", () => {
  it.each(["GET", "DELETE", "PUT"])("refuses %s with what is allowed", async (method) => {
    const { url } = await start();
    const response = await fetch(url, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("POST");
    expect(await response.json()).toMatchObject({
      jsonrpc: "2.0",
      id: null,
      error: { code: -32600 },
    });
  });

  it("answers broken JSON with a parse error", async () => {
    const { url } = await start();
    const response = await post(url, '{"jsonrpc": ');
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      jsonrpc: "2.0",
      id: null,
      error: { code: -32700, message: "the body is not valid JSON" },
    });
  });

  it("refuses another content type", async () => {
    const { url } = await start();
    expect((await post(url, "{}", { "content-type": "text/plain" })).status).toBe(415);
  });

  it.each([true, false])(
    "refuses a body over 4 MB with an answer that arrives (length announced: %s)",
    async (announced) => {
      const { url, calls } = await start();
      const text = JSON.stringify({
        jsonrpc: "2.0",
        id: 1,
        method: "tools/list",
        params: { pad: "x".repeat(5_000_000) },
      });
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        ...(announced ? { body: text } : { body: new Blob([text]).stream(), duplex: "half" }),
      });
      expect(response.status).toBe(413);
      expect(await response.json()).toMatchObject({ error: { code: -32600 } });
      expect(calls).toEqual([]);
    },
  );

  it("answers an unknown method of the current revision with 404", async () => {
    const { url } = await start();
    const response = await post(url, ...modernCall("no/such"));
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { code: -32601 } });
  });
});
