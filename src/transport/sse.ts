import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Principal } from "../core/principal.ts";
import type { McpSurface } from "../mcp/surface.ts";
import { refuse } from "./json-rpc-error.ts";
import { readJsonRpcBody } from "./mcp-body.ts";
import { openView } from "./open-view.ts";
import { createSseSessions } from "./sse-sessions.ts";
import { openLegacySse } from "./sse-stream.ts";
import { cutUnread } from "./unread.ts";

/** Where clients post their messages. */
const MESSAGES_PATH = "/messages";

/** The HTTP+SSE transport of MCP 2024-11-05, for clients that know no other. */
export interface SseTransport {
  /** `GET /sse`: opens the event stream and tells the client where to post. */
  open(req: IncomingMessage, res: ServerResponse, principal: Principal): Promise<void>;
  /** `POST /messages?sessionId=…`: takes one message; its answer goes out on the stream. */
  message(req: IncomingMessage, res: ServerResponse, principal: Principal): Promise<void>;
  /** Closes every stream. */
  close(): Promise<void>;
}

/** What the transport works with. */
export interface SseDeps {
  readonly surface: McpSurface;
  readonly log: Logger;
  readonly clock: Clock;
}

/** Makes the transport. A session belongs to the grant that opened it; its id is no credential. */
export function createSseTransport({ surface, log, clock }: SseDeps): SseTransport {
  const sessions = createSseSessions({ clock, log });
  return {
    open: async (req, res, principal) => {
      if (!sessions.hasRoom(principal.grantId)) {
        refuse(res, TOO_MANY);
        return;
      }
      const view = await openView(surface, { req, res, principal });
      if (!view.ok) {
        refuse(res, view.failure);
        return;
      }
      const cut = (): boolean => cutUnread({ res, log, grantId: principal.grantId });
      const stream = await openLegacySse(MESSAGES_PATH, res, cut);
      // Whoever has left by now does not do so again: the session would keep its place until it is idle.
      if (res.closed) return;
      // Asked once more, since others may have come meanwhile; from here on nothing waits.
      if (!sessions.hasRoom(principal.grantId)) {
        refuse(res, TOO_MANY);
        return;
      }
      // Registered before the stream starts: a quick client posts as soon as it knows where to.
      sessions.add(principal.grantId, stream);
      res.once("close", () => void sessions.end(stream.id));
      await surface.createServer(view.value, "legacy").connect(stream.transport);
    },
    message: async (req, res, { grantId }) => {
      const id = new URL(req.url ?? "/", "http://localhost").searchParams.get("sessionId") ?? "";
      const stream = sessions.find(id, grantId);
      if (stream === undefined) {
        req.resume();
        refuse(res, UNKNOWN_SESSION);
        return;
      }
      const body = await readJsonRpcBody(req);
      const failure = body.ok ? stream.deliver(body.value) : body.failure;
      if (failure !== undefined) {
        refuse(res, failure);
        return;
      }
      sessions.touch(id);
      res.writeHead(202, { "content-type": "text/plain" }).end("Accepted");
    },
    close: () => sessions.endAll(),
  };
}

const TOO_MANY = {
  status: 503,
  code: -32000,
  message: "too many open event streams; close some, or use Streamable HTTP at /mcp",
  headers: { "retry-after": "60" },
};
const UNKNOWN_SESSION = {
  status: 404,
  code: -32600,
  message: "unknown session; open the event stream at /sse again",
};
