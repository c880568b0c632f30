import type { IncomingMessage } from "node:http";
import { createBatch } from "../core/batch.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { createTextChunks } from "./text-chunks.ts";

/** Why a body could not be taken in. */
export type BodyFailure =
  | { readonly kind: "too_large"; readonly maxBytes: number }
  | { readonly kind: "cut_off" };

const takeUp = createBatch();

/** Whether the request announces more than `maxBytes`. A chunked body announces nothing. */
export const announcesTooMuch = (request: IncomingMessage, maxBytes: number): boolean =>
  Number(request.headers["content-length"] ?? 0) > maxBytes;

/**
 * Reads the whole body as UTF-8. Stops keeping data at `maxBytes`, and leaves the rest to be thrown
 * away after the answer, so that the client gets to read it. A client that has left is `cut_off`, before
 * the call as well.
 */
export const readBody = (
  request: IncomingMessage,
  maxBytes: number,
): Promise<Result<string, BodyFailure>> => {
  const tooLarge = fail<BodyFailure>({ kind: "too_large", maxBytes });
  if (announcesTooMuch(request, maxBytes)) return Promise.resolve(tooLarge);
  // Its events are over: none of those below would come.
  if (request.destroyed) return Promise.resolve(fail({ kind: "cut_off" }));
  return new Promise((resolve) => {
    const text = createTextChunks();
    let length = 0;
    let hasEnded = false;
    const onData = (chunk: Buffer): void => {
      length += chunk.length;
      if (length <= maxBytes) {
        text.add(chunk);
        return;
      }
      request.off("data", onData);
      resolve(tooLarge);
    };
    const onCut = (): void => {
      // Node looks into each promise that is settled twice, which costs more than all of this.
      if (!hasEnded) resolve(fail({ kind: "cut_off" }));
    };
    request.on("data", onData);
    request.on("end", () => {
      hasEnded = true;
      takeUp(() => resolve(ok(text.end())));
    });
    request.on("close", onCut);
    request.on("error", onCut);
  });
};

/**
 * Throws the unread rest of a body away, so that the answer arrives rather than a reset connection,
 * and gives the connection up when the rest is longer than `maxBytes`.
 */
export const discardBody = (request: IncomingMessage, maxBytes: number): void => {
  let length = 0;
  request.on("data", (chunk: Buffer) => {
    length += chunk.length;
    if (length > maxBytes) request.destroy();
  });
};
