import {
  createMcpHandler,
  type McpHttpHandler,
  type McpServerFactory,
} from "@modelcontextprotocol/server";
import type { GrantId } from "../core/ids.ts";
import type { View } from "../mcp/connection-options.ts";
import type { McpSurface } from "../mcp/surface.ts";

/** One stream of `subscriptions/listen`. */
export interface Listener {
  /** Serves the request that opens it, and the stream. */
  readonly handler: McpHttpHandler;
  /** Forgets the stream; to be called when its response has closed. */
  end(): void;
}

/** The streams of `subscriptions/listen`. */
export interface Listening {
  /** A listener for one view; undefined where its grant, or everyone, has too many. */
  open(view: View): Listener | undefined;
  /** Ends every stream. */
  close(): Promise<void>;
}

/** A client needs one; some open one for each window. */
const MAX_PER_GRANT = 8;
const MAX_IN_ALL = 1_024;

/**
 * Makes the streams. The SDK's handler tells all of its streams of every change, so each stream gets a
 * handler of its own, whose changes are those that its grant may learn of.
 */
export const createListening = ({
  surface,
  factory,
  onerror,
}: {
  readonly surface: Pick<McpSurface, "changesFor">;
  readonly factory: McpServerFactory;
  readonly onerror: (error: Error) => void;
}): Listening => {
  const open = new Map<McpHttpHandler, GrantId>();
  return {
    open: (view) => {
      const { grantId } = view.principal;
      const own = [...open.values()].filter((id) => id === grantId).length;
      if (own >= MAX_PER_GRANT || open.size >= MAX_IN_ALL) return undefined;
      const handler = createMcpHandler(factory, { bus: surface.changesFor(view), onerror });
      open.set(handler, grantId);
      return {
        handler,
        end: () => {
          if (!open.delete(handler)) return;
          handler.close().catch(onerror);
        },
      };
    },
    close: async () => {
      const handlers = [...open.keys()];
      open.clear();
      await Promise.all(handlers.map((handler) => handler.close()));
    },
  };
};
