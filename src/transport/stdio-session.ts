import { PassThrough } from "node:stream";
import type { JSONRPCMessage, RequestId, Server, Transport } from "@modelcontextprotocol/server";
import { StdioServerTransport, serveStdio } from "@modelcontextprotocol/server/stdio";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Principal } from "../core/principal.ts";
import type { Era } from "../mcp/features/feature.ts";
import type { McpSurface } from "../mcp/surface.ts";

/** How long answers under way may still take after the client has closed our stdin. */
const DRAIN_MS = 10_000;

/** What a session works with. */
export interface StdioSessionDeps {
  readonly surface: McpSurface;
  readonly principal: Principal;
  readonly log: Logger;
  readonly clock: Clock;
  /** The id of an `initialize` that has its answer; the SDK's own is not sent. */
  readonly greeted: RequestId | undefined;
}

/** The SDK's server on stdout, and what it reads. */
export interface StdioSession {
  /** Takes what came on stdin. The SDK closes it for what it cannot go on after. */
  readonly input: PassThrough;
  /** Waits for the answers to what was asked, for up to 10 seconds, and ends. */
  close(): Promise<void>;
}

/** Opens the SDK's server for one principal, in both protocol eras. */
export function openStdioSession(deps: StdioSessionDeps): StdioSession {
  const { surface, principal, log, clock, greeted } = deps;
  // The SDK drops requests under way as soon as its input ends; its input ends when we say so.
  const input = new PassThrough();
  const answered = createAnswerWatch();
  const wire = new StdioServerTransport(input, process.stdout);
  const transport = watchTransport(wire, createSender(wire, greeted), answered);
  const handle = serveStdio(({ era }) => openServer(surface, principal, era), {
    transport,
    onerror: (error) => log.warn("stdio message refused", { reason: error.message }),
  });
  return {
    input,
    close: async () => {
      await waitFor(answered, clock);
      await handle.close();
      input.destroy();
    },
  };
}

/** A server that passes on what changes, to a client that can listen. */
function openServer(surface: McpSurface, principal: Principal, era: Era): Server {
  const server = surface.createServer(principal, era);
  if (era === "legacy") return server;
  server.onclose = surface.changesFor(principal).subscribe((event) => {
    if (event.kind === "resources_list_changed") void server.sendResourceListChanged();
    if (event.kind === "resource_updated") void server.sendResourceUpdated({ uri: event.uri });
  });
  return server;
}

interface AnswerWatch {
  asked(message: JSONRPCMessage): void;
  answered(message: JSONRPCMessage): void;
  /** Resolves when no request waits for its answer. */
  whenIdle(): Promise<void>;
}

function createAnswerWatch(): AnswerWatch {
  const open = new Set<RequestId>();
  let waiting: (() => void)[] = [];
  const settle = (): void => {
    if (open.size > 0) return;
    for (const resolve of waiting) resolve();
    waiting = [];
  };
  return {
    asked: (message) => {
      if ("method" in message && "id" in message) open.add(message.id);
      if ("method" in message && message.method === "notifications/cancelled") {
        const id = message.params?.["requestId"];
        if (typeof id === "string" || typeof id === "number") open.delete(id);
        settle();
      }
    },
    answered: (message) => {
      if (!("method" in message) && message.id !== undefined) open.delete(message.id);
      settle();
    },
    whenIdle: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        settle();
      }),
  };
}

async function waitFor(watch: AnswerWatch, clock: Clock): Promise<void> {
  const limit = new AbortController();
  const expired = clock.sleep(DRAIN_MS, limit.signal).catch(() => undefined);
  // One turn of the event loop, so that what was read last has been handed on.
  await new Promise((resolve) => setImmediate(resolve));
  await Promise.race([watch.whenIdle(), expired]);
  limit.abort();
}

type Send = (message: JSONRPCMessage) => Promise<void>;

/** Leaves out the one answer that the client has already. */
function createSender(wire: StdioServerTransport, greeted: RequestId | undefined): Send {
  let left = greeted;
  return async (message) => {
    if (left === undefined || "method" in message || message.id !== left) return wire.send(message);
    left = undefined;
  };
}

function watchTransport(wire: StdioServerTransport, send: Send, watch: AnswerWatch): Transport {
  const transport: Transport = {
    start: () => {
      wire.onmessage = (message) => {
        watch.asked(message);
        transport.onmessage?.(message);
      };
      wire.onclose = () => transport.onclose?.();
      wire.onerror = (error) => transport.onerror?.(error);
      return wire.start();
    },
    send: async (message) => {
      await send(message);
      watch.answered(message);
    },
    close: () => wire.close(),
  };
  return transport;
}
