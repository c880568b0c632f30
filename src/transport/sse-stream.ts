import type { ServerResponse } from "node:http";
import {
  type JSONRPCMessage,
  type Transport,
  parseJSONRPCMessage,
} from "@modelcontextprotocol/server";
import type { JsonRpcRefusal } from "./json-rpc-error.ts";

/** One open event stream. */
export interface LegacySseStream {
  /** The session id: 122 random bits. */
  readonly id: string;
  readonly transport: Transport;
  /** Hands a posted message to the server; a failure when it is not a JSON-RPC message. */
  deliver(body: unknown): JsonRpcRefusal | undefined;
  /** Writes a comment, which clients ignore. */
  keepAlive(): void;
  close(): Promise<void>;
}

const NOT_A_MESSAGE: JsonRpcRefusal = {
  status: 400,
  code: -32600,
  message: "the body is not a JSON-RPC message",
};

/**
 * Opens an event stream with the SDK's legacy transport, loaded only now: most servers never need it.
 *
 * The adapter in between is there for two reasons. The transport comes from server-legacy 2.3.1, whose
 * message types are declared apart from those of server 2.4, so its callbacks do not fit the newer
 * `Transport` by type (at run time they do). And its own `handlePostMessage` answers a bad body with a
 * copy of it; messages are therefore checked here and handed over one by one.
 *
 * `cut` is asked before each write, and ends the stream where it gives true (`cutUnread`).
 */
export async function openLegacySse(
  messagesPath: string,
  res: ServerResponse,
  cut: () => boolean,
): Promise<LegacySseStream> {
  const { SSEServerTransport } = await import("@modelcontextprotocol/server-legacy/sse");
  const legacy = new SSEServerTransport(messagesPath, res);
  res.setHeader("x-accel-buffering", "no");
  const transport: Transport = {
    sessionId: legacy.sessionId,
    start: () => {
      legacy.onclose = () => transport.onclose?.();
      legacy.onerror = (error) => transport.onerror?.(error);
      return legacy.start();
    },
    // The same messages by another declaration, see above.
    send: async (message) => {
      if (!cut()) await legacy.send(message as Parameters<typeof legacy.send>[0]);
    },
    close: () => legacy.close(),
  };
  return {
    id: legacy.sessionId,
    transport,
    deliver: (body) => {
      const message = toMessage(body);
      if (message === undefined) return NOT_A_MESSAGE;
      transport.onmessage?.(message);
      return undefined;
    },
    keepAlive: () => {
      if (!cut()) res.write(": keep-alive\n\n");
    },
    close: () => legacy.close(),
  };
}

function toMessage(body: unknown): JSONRPCMessage | undefined {
  try {
    return parseJSONRPCMessage(body);
  } catch {
    return undefined;
  }
}
