import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport as SSEClientTransportV1 } from "@modelcontextprotocol/sdk/client/sse.js";
import { afterEach, describe, expect, it } from "vitest";
import { toGrantId } from "../../../src/core/ids.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { ok } from "../../../src/core/result.ts";
import { type SseTransport, createSseTransport } from "../../../src/transport/sse.ts";
import { type FakeClock, createFakeClock } from "../../support/clock.ts";
import {
  type Harness,
  type RunningHttp,
  createHarness,
  listen,
  toContact,
  toPinned,
} from "./fixtures.ts";

const info = { name: "test", version: "1" };
const running: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((close) => close()));
});

type Started = RunningHttp & Harness & { readonly sse: SseTransport; readonly clock: FakeClock };

const start = async (): Promise<Started> => {
  const harness = createHarness({
    "contacts.search-contacts-advanced": ok({ contacts: [toContact(1)], total: 1 }),
  });
  const clock = createFakeClock();
  const sse = createSseTransport({ surface: harness.surface, log: silentLogger, clock });
  const http = await listen((req, res) => {
    const principal = {
      ...toPinned(),
      grantId: toGrantId(String(req.headers["x-grant"] ?? "grant-1")),
    };
    return req.method === "GET" ? sse.open(req, res, principal) : sse.message(req, res, principal);
  });
  running.push(async () => {
    await sse.close();
    await http.close();
  });
  return { ...harness, ...http, sse, clock };
};

interface OpenStream {
  readonly response: Response;
  readonly endpoint: string;
  readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  leave(): void;
}

const open = async (url: string, grant = "grant-1"): Promise<OpenStream> => {
  const leave = new AbortController();
  const response = await fetch(`${url}/sse`, {
    headers: { "x-grant": grant },
    signal: leave.signal,
  });
  const reader = (response.body ?? new ReadableStream<Uint8Array>()).getReader();
  const { value } = await reader.read();
  const endpoint = /data: (\S+)/.exec(new TextDecoder().decode(value))?.[1] ?? "";
  return { response, endpoint, reader, leave: () => leave.abort() };
};

const send = (
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> =>
  fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

const ping = { jsonrpc: "2.0", id: 1, method: "ping" };

describe("the legacy event stream", () => {
  it("works with the official SDK v1 client", async () => {
    const { url } = await start();
    const client = new ClientV1(info);
    await client.connect(new SSEClientTransportV1(new URL(`${url}/sse`)));
    expect(client.getServerVersion()).toMatchObject({ name: "ghl-mcp" });
    expect((await client.listTools()).tools).toHaveLength(17);
    expect(await client.callTool({ name: "search_contacts", arguments: {} })).toMatchObject({
      structuredContent: { total: 1 },
    });
    await client.close();
  });

  it("names the endpoint first and forbids buffering", async () => {
    const { url } = await start();
    const { response, endpoint } = await open(url);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    expect(response.headers.get("x-accel-buffering")).toBe("no");
    expect(endpoint).toMatch(/^\/messages\?sessionId=[0-9a-f-]{36}$/);
  });

  it("takes a message and answers on the stream", async () => {
    const { url } = await start();
    const { endpoint, reader } = await open(url);
    expect((await send(url + endpoint, ping)).status).toBe(202);
    const { value } = await reader.read();
    expect(new TextDecoder().decode(value)).toContain('"id":1');
  });

  it("hides a session from another grant", async () => {
    const { url } = await start();
    const { endpoint, reader } = await open(url);
    const stranger = await send(url + endpoint, ping, { "x-grant": "grant-2" });
    const unknown = await send(`${url}/messages?sessionId=none`, ping);
    expect(stranger.status).toBe(404);
    expect(await stranger.text()).toBe(await unknown.text());
    // The stranger's message had no effect: the next thing on the stream answers the owner's.
    await send(url + endpoint, { ...ping, id: 2 });
    const { value } = await reader.read();
    expect(new TextDecoder().decode(value)).toContain('"id":2');
  });

  it.each([
    ["not json", 400, -32700],
    [JSON.stringify({ hello: "<script>" }), 400, -32600],
  ])("refuses %j without repeating it", async (body, status, code) => {
    const { url } = await start();
    const { endpoint } = await open(url);
    const response = await send(url + endpoint, body);
    expect(response.status).toBe(status);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ id: null, error: { code } });
    expect(text).not.toContain("script");
  });

  it("forgets a session when its client leaves", async () => {
    const { url, clock } = await start();
    const stream = await open(url);
    await clock.whenSleeping();
    stream.leave();
    await expect.poll(() => clock.sleeping()).toBe(0);
    expect((await send(url + stream.endpoint, ping)).status).toBe(404);
  });

  it("writes comments on a quiet stream and closes it after half an hour without a message", async () => {
    const { url, clock } = await start();
    const { endpoint, reader } = await open(url);
    await clock.whenSleeping();
    clock.advance(25);
    expect(new TextDecoder().decode((await reader.read()).value)).toBe(": keep-alive\n\n");
    await clock.whenSleeping();
    clock.advance(30 * 60);
    expect((await reader.read()).done).toBe(true);
    expect((await send(url + endpoint, ping)).status).toBe(404);
  });

  it("keeps a stream open on which messages come", async () => {
    const { url, clock } = await start();
    const { endpoint, reader } = await open(url);
    await clock.whenSleeping();
    clock.advance(24);
    await send(url + endpoint, ping);
    await reader.read();
    clock.advance(30 * 60 - 1);
    expect(new TextDecoder().decode((await reader.read()).value)).toBe(": keep-alive\n\n");
  });

  it("limits the streams of one grant and leaves room for others", async () => {
    const { url } = await start();
    for (let count = 0; count < 16; count += 1) await open(url);
    const refused = await fetch(`${url}/sse`);
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toBe("60");
    await refused.text();
    expect((await open(url, "grant-2")).response.status).toBe(200);
  });

  it("ends every stream on close", async () => {
    const { url, sse, clock } = await start();
    const { reader } = await open(url);
    await clock.whenSleeping();
    await sse.close();
    expect((await reader.read()).done).toBe(true);
    expect(clock.sleeping()).toBe(0);
  });
});
