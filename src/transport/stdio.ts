import { PassThrough } from "node:stream";
import type { JSONRPCMessage, RequestId, Server, Transport } from "@modelcontextprotocol/server";
import {
  StdioServerTransport,
  serveStdio as serveSdkStdio,
} from "@modelcontextprotocol/server/stdio";
import { type Clock, systemClock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Principal } from "../core/principal.ts";
import type { Era } from "../mcp/features/feature.ts";
import type { McpSurface } from "../mcp/surface.ts";

/** How long answers under way may still take after the client has closed our stdin. */
const DRAIN_MS = 10_000;

/** What serving on stdin and stdout needs. */
export interface StdioDeps {
  readonly surface: McpSurface;
  readonly principal: Principal;
  readonly log: Logger;
  readonly clock?: Clock;
}

/**
 * Serves MCP on stdin and stdout for one principal, in both protocol eras. Writes nothing but MCP on
 * stdout. Resolves once stdin has ended and the requests before it are answered, so that a script can
 * pipe requests in and read every answer.
 */
export async function serveStdio({
  surface,
  principal,
  log,
  clock = systemClock,
}: StdioDeps): Promise<void> {
  const { stdin, stdout } = process;
  // The SDK drops requests under way as soon as its input ends; its input ends when we say so.
  const input = new PassThrough();
  const answered = createAnswerWatch();
  const transport = watchTransport(new StdioServerTransport(input, stdout), answered);
  const closed = new Promise<void>((resolve) => void input.once("close", resolve));
  const handle = serveSdkStdio(({ era }) => openServer(surface, principal, era), {
    transport,
    onerror: (error) => log.warn("stdio message refused", { reason: error.message }),
  });
  const ended = new Promise<void>((resolve) => {
    stdin
      .once("end", resolve)
      .once("close", resolve)
      .once("error", () => resolve());
    stdout.once("error", () => resolve());
  });
  stdin.pipe(input, { end: false });
  await Promise.race([ended, closed]);
  await waitFor(answered, clock);
  await handle.close();
  input.destroy();
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

function watchTransport(wire: StdioServerTransport, watch: AnswerWatch): Transport {
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
      await wire.send(message);
      watch.answered(message);
    },
    close: () => wire.close(),
  };
  return transport;
}
