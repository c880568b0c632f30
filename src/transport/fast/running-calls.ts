import type { ServerResponse } from "node:http";
import { createLiveSet } from "../../core/live-set.ts";

/** The calls that are being answered. */
export interface RunningCalls {
  /** A signal that aborts when the client leaves before it was answered, or when all calls are ended. */
  start(res: ServerResponse): AbortSignal;
  /** Ends every call without an answer: 499, as the SDK's handler does. */
  endAll(): void;
}

interface RunningCall {
  readonly res: ServerResponse;
  readonly ended: AbortController;
}

/** Makes the book of calls. */
export const createRunningCalls = (): RunningCalls => {
  const running = createLiveSet<RunningCall>();
  return {
    start: (res) => {
      const ended = new AbortController();
      if (res.closed) {
        ended.abort(new Error("the client left"));
        return ended.signal;
      }
      const remove = running.add({ res, ended });
      res.on("close", () => {
        remove();
        if (!res.writableFinished) ended.abort(new Error("the client left"));
      });
      return ended.signal;
    },
    endAll: () => {
      for (const { res, ended } of running.values()) {
        ended.abort(new Error("the server stops"));
        if (!res.headersSent) res.writeHead(499);
        res.end();
      }
    },
  };
};
