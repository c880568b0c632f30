import type { ServerResponse } from "node:http";

/** The calls that are being answered. */
export interface RunningCalls {
  /** A signal that aborts when the client leaves before it was answered, or when all calls are ended. */
  start(res: ServerResponse): AbortSignal;
  /** Ends every call without an answer: 499, as the SDK's handler does. */
  endAll(): void;
}

/** Makes the book of calls. */
export const createRunningCalls = (): RunningCalls => {
  const running = new Map<ServerResponse, AbortController>();
  return {
    start: (res) => {
      const ended = new AbortController();
      if (res.closed) {
        ended.abort(new Error("the client left"));
        return ended.signal;
      }
      running.set(res, ended);
      res.once("close", () => {
        running.delete(res);
        if (!res.writableFinished) ended.abort(new Error("the client left"));
      });
      return ended.signal;
    },
    endAll: () => {
      for (const [res, ended] of running) {
        ended.abort(new Error("the server stops"));
        if (!res.headersSent) res.writeHead(499);
        res.end();
      }
      running.clear();
    },
  };
};
