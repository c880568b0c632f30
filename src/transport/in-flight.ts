import type { IncomingMessage, ServerResponse } from "node:http";
import type { EventChannel } from "../core/events.ts";
import { isRecord } from "../core/json.ts";
import type { Principal } from "../core/principal.ts";

/** One message of a client, and where its answer goes. */
export interface InFlightMessage {
  readonly req: Pick<IncomingMessage, "headers">;
  readonly res: Pick<ServerResponse, "closed" | "destroy" | "once">;
  readonly principal: Pick<Principal, "grantId">;
  readonly body: unknown;
}

/** The requests of the legacy era that are being answered in this process. */
export interface InFlight {
  /**
   * Remembers a request until its response has closed; a `notifications/cancelled` ends the request that
   * it names (2025-11-25, Cancellation).
   */
  note(message: InFlightMessage): void;
}

/** What the book works with. */
export interface InFlightDeps {
  readonly events: Pick<EventChannel, "publish" | "subscribe">;
  /** A one-way function: the name of a session is for its client alone. */
  readonly hash: (text: string) => string;
}

/**
 * Makes the book of requests. A client of the legacy era leaves its connection open when it cancels, and
 * says so in a message of its own, which meets another server object than the request did, and maybe
 * another instance. Both carry the name of the session that `initialize` gave out. The grant is part of
 * what is looked up: nobody ends a request of somebody else. A cancellation may always come too late.
 */
export const createInFlight = ({ events, hash }: InFlightDeps): InFlight => {
  const answering = new Map<string, InFlightMessage["res"]>();
  events.subscribe((event) => {
    // As if the client had left: what runs for it hears of that already.
    if (event.kind === "call_cancelled") answering.get(event.callHash)?.destroy();
  });
  return {
    note: ({ req, res, principal, body }) => {
      const session = req.headers["mcp-session-id"];
      if (typeof session !== "string" || !isRecord(body)) return;
      const toKey = (id: unknown): string => hash(JSON.stringify([principal.grantId, session, id]));
      if (body["method"] === "notifications/cancelled") {
        const { params } = body;
        if (isRecord(params) && isRequestId(params["requestId"])) {
          events.publish({ kind: "call_cancelled", callHash: toKey(params["requestId"]) });
        }
        return;
      }
      // The client of a closed response has left already, and `close` does not come twice.
      if (!isRequestId(body["id"]) || res.closed) return;
      const key = toKey(body["id"]);
      answering.set(key, res);
      res.once("close", () => {
        if (answering.get(key) === res) answering.delete(key);
      });
    },
  };
};

const isRequestId = (id: unknown): boolean => typeof id === "string" || typeof id === "number";
