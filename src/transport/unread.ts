import type { ServerResponse } from "node:http";
import type { NodeServerResponseLike } from "@modelcontextprotocol/node";
import type { GrantId } from "../core/ids.ts";
import type { Logger } from "../core/logger.ts";

/**
 * The most that waits for the client of an event stream to read it, in bytes. Far above what a client on a
 * slow line is behind with (`tools/list` is 60 KB), and little enough for the 24 streams of one grant.
 */
const MAX_UNREAD_BYTES = 4 * 1024 * 1024;

/** What is looked at, and how the client is called in the log. */
export interface UnreadStream {
  readonly res: Pick<ServerResponse, "destroy" | "destroyed" | "writableLength">;
  readonly grantId: GrantId;
  readonly log: Logger;
}

/**
 * Cuts a stream whose client has left more unread than that; gives whether it is cut, now or before. To be
 * asked before each message: what is about to be sent does not count, however long it is.
 */
export function cutUnread({ res, grantId, log }: UnreadStream): boolean {
  if (res.destroyed) return true;
  const unreadBytes = res.writableLength;
  if (unreadBytes <= MAX_UNREAD_BYTES) return false;
  log.info("cut an event stream that its client does not read", { grantId, unreadBytes });
  // Not ended: an end would wait behind what is not read.
  res.destroy();
  return true;
}

/**
 * A response that is never waited for, as the SDK's adapter takes it. The adapter stops reading the SDK's
 * stream while a client is slow, and the messages would pile up there, where nobody counts them.
 */
export function neverWaitedFor(res: ServerResponse, cut: () => boolean): NodeServerResponseLike {
  return {
    writeHead: (status, headers) => res.writeHead(status, headers),
    write: (chunk) => {
      if (!cut()) res.write(chunk);
      return true;
    },
    end: (chunk) => (chunk === undefined ? res.end() : res.end(chunk)),
    on: (event, listener) => res.on(event, listener),
    get destroyed() {
      return res.destroyed;
    },
  };
}
