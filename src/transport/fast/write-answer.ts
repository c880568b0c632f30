import type { ServerResponse } from "node:http";
import type { Progress } from "../../mcp/context.ts";
import { toProgressNotification } from "../../mcp/wire-progress.ts";
import type { AnswerForm } from "./accept.ts";
import type { KeepAlive } from "./keep-alive.ts";

/** Where the answer to one hot request goes. */
export interface AnswerTo {
  readonly res: ServerResponse;
  readonly id: unknown;
  /** `auto`: JSON, or an event stream once there is progress to tell (the SDK's `responseMode`). */
  readonly form: AnswerForm | "auto";
  readonly progressToken: string | number | undefined;
}

/** An answer on its way. */
export interface AnswerWriter {
  /** Tells progress where the client gave a token and takes a stream. */
  progress(progress: Progress): Promise<void>;
  /** Sends the `result` member and ends the answer. Nothing happens where the client has left. */
  finish(result: string | Buffer): void;
}

/** Makes the writer of one answer, which is framed as the SDK's would be. */
export const createAnswerWriter = (to: AnswerTo, keepAlive: KeepAlive): AnswerWriter => {
  const { res, id, form, progressToken } = to;
  let stopBeating: (() => void) | undefined;
  const isOver = (): boolean => res.closed || res.writableEnded;
  const send = (text: string): void => {
    if (isOver()) return;
    if (!res.headersSent) res.writeHead(200, [...STREAM_HEADERS]);
    res.write(text);
  };
  const startBeating = (): void => {
    if (stopBeating !== undefined) return;
    stopBeating = keepAlive.add(() => send(": keepalive\n\n"));
    res.once("close", stopBeating);
  };
  // The client reads a stream from the start: it may hear of us before the answer is there.
  if (form === "stream") startBeating();
  return {
    progress: async (progress) => {
      if (progressToken === undefined || form === "json" || isOver()) return;
      send(toFrame(JSON.stringify(toProgressNotification(progressToken, progress))).join(""));
      startBeating();
    },
    finish: (result) => {
      stopBeating?.();
      if (isOver()) return;
      const isStream = form === "stream" || res.headersSent;
      const head = `{"result":`;
      const tail = `,"jsonrpc":"2.0","id":${JSON.stringify(id)}}`;
      const [before, after] = isStream ? toFrame(head, tail) : [head, tail];
      const body =
        typeof result === "string"
          ? before + result + after
          : Buffer.concat([Buffer.from(before), result, Buffer.from(after)]);
      if (!res.headersSent) {
        const length = String(Buffer.byteLength(body));
        res.writeHead(200, [
          ...(isStream ? STREAM_HEADERS : JSON_HEADERS),
          "content-length",
          length,
        ]);
      }
      res.end(body);
    },
  };
};

const JSON_HEADERS: readonly string[] = ["content-type", "application/json"];
const STREAM_HEADERS: readonly string[] = Object.entries({
  "content-type": "text/event-stream",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
}).flat();

/** What stands before and after a message in an event stream. */
const toFrame = (head: string, tail = ""): readonly [string, string] => [
  `event: message\ndata: ${head}`,
  `${tail}\n\n`,
];
