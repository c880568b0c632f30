import { once } from "node:events";
import { createServer, IncomingMessage, ServerResponse } from "node:http";
import { connect, Socket } from "node:net";
import { InMemoryServerEventBus } from "@modelcontextprotocol/server";
import { describe, expect, it } from "vitest";
import { toWholeView } from "../../../src/mcp/connection-options.ts";
import { createSdkHandler } from "../../../src/transport/sdk-handler.ts";
import { openLegacySse } from "../../../src/transport/sse-stream.ts";
import { createSseTransport } from "../../../src/transport/sse.ts";
import { cutUnread } from "../../../src/transport/unread.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { createFakeClock } from "../../support/clock.ts";
import { createMemoryLogger } from "../../support/memory-logger.ts";
import { createHarness, listen, toPinned } from "../mcp/fixtures.ts";

const principal = toPinned();
const MEGABYTE = 1024 * 1024;
/** More than this system keeps for a client by itself, and our limit on top. */
const MANY = 40;
/** Comes back with the answer. */
const LONG_ID = "x".repeat(MEGABYTE);
const CUT = "cut an event stream that its client does not read";

/** A client of `/sse` that reads when it is told to. */
const openSse = async () => {
  const { log, lines } = createMemoryLogger();
  const { surface } = createHarness();
  const sse = createSseTransport({ surface, log, clock: createFakeClock() });
  const http = await listen((req, res) =>
    req.method === "GET" ? sse.open(req, res, principal) : sse.message(req, res, principal),
  );
  const socket = connect(Number(new URL(http.url).port), "127.0.0.1");
  let text = "";
  let read = 0;
  socket
    .on("error", () => undefined)
    .on("data", (chunk: Buffer) => {
      if (text.length < 1_000) text += chunk.toString();
      read += chunk.length;
    });
  socket.write("GET /sse HTTP/1.1\r\nhost: localhost\r\n\r\n");
  await expect.poll(() => text).toContain("/messages?");
  socket.pause();
  const path = /data: (\S+)/u.exec(text)?.[1] ?? "";
  return {
    lines,
    ask: async (): Promise<number> => {
      const response = await fetch(http.url + path, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ jsonrpc: "2.0", id: LONG_ID, method: "ping" }),
      });
      await response.text();
      return response.status;
    },
    readUpTo: async (bytes: number): Promise<void> => {
      socket.resume();
      while (read < bytes) await once(socket, "data");
      socket.pause();
    },
    close: async () => {
      socket.destroy();
      await sse.close();
      await http.close();
    },
  };
};

describe("an event stream that its client does not read", () => {
  it("of the legacy transport is cut with a line in the log, and its session is over", async () => {
    const client = await openSse();
    const statuses: number[] = [];
    while (statuses.length < MANY && statuses.at(-1) !== 404) statuses.push(await client.ask());
    expect(statuses.at(-1)).toBe(404);
    // The first four are never too many.
    expect(statuses.slice(0, 4)).toEqual([202, 202, 202, 202]);
    const told = client.lines.filter((line) => line.includes(CUT));
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(principal.grantId);
    await client.close();
  });

  it("goes on where it is read late and slowly, however much it comes to", async () => {
    const client = await openSse();
    for (let round = 1; round <= 8; round += 1) {
      expect([await client.ask(), await client.ask(), await client.ask()]).toEqual([202, 202, 202]);
      await client.readUpTo(round * 3 * MEGABYTE);
    }
    expect(client.lines.join()).not.toContain(CUT);
    await client.close();
  });

  it("is cut by the comment that is due, where no message comes", async () => {
    // Without a socket nothing is ever read of it.
    const res = new ServerResponse(new IncomingMessage(new Socket()));
    const cut = () => cutUnread({ res, log: silentLogger, grantId: principal.grantId });
    const stream = await openLegacySse("/messages", res, cut);
    await stream.transport.start();
    for (let count = 0; count < 5; count += 1) {
      stream.keepAlive();
      await stream.transport.send({ jsonrpc: "2.0", id: "x".repeat(0.9 * MEGABYTE), result: {} });
      expect(res.destroyed).toBe(false);
    }
    stream.keepAlive();
    expect(res.destroyed).toBe(true);
  });

  it("of a listening client is cut", async () => {
    const bus = new InMemoryServerEventBus();
    const { log, lines } = createMemoryLogger();
    const surface = { ...createHarness().surface, changesFor: () => bus };
    const handler = createSdkHandler({ surface, authorization: { challenge: () => "" }, log });
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { readonly port: number };
    const socket = connect(port, "127.0.0.1").on("error", () => undefined);
    socket.write("POST /mcp HTTP/1.1\r\nhost: localhost\r\nmcp-protocol-version: 2026-07-28\r\n");
    socket.write(
      "accept: application/json, text/event-stream\r\ncontent-type: application/json\r\n",
    );
    socket.write("mcp-method: subscriptions/listen\r\ncontent-length: 0\r\n\r\n");
    const [req, res] = (await once(server, "request")) as [IncomingMessage, ServerResponse];
    const uri = `ghl://${LONG_ID}`;
    const served = handler.serve({
      req,
      res,
      body: toListen(uri),
      view: toWholeView(principal),
      listens: true,
    });
    // The acknowledgement.
    await once(socket, "data");
    socket.pause();
    for (let count = 0; count < MANY && !res.destroyed; count += 1) {
      bus.publish({ kind: "resource_updated", uri });
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(res.destroyed).toBe(true);
    expect(lines.filter((line) => line.includes(CUT))).toHaveLength(1);
    await served;
    await handler.close();
    socket.destroy();
    server.close();
  });
});

const toListen = (uri: string) => ({
  jsonrpc: "2.0",
  id: 1,
  method: "subscriptions/listen",
  params: {
    notifications: { resourceSubscriptions: [uri] },
    _meta: {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientCapabilities": {},
    },
  },
});
