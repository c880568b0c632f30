import type { Server, ServerResponse } from "node:http";
import type { Clock } from "../core/clock.ts";
import { createLiveSet } from "../core/live-set.ts";

/** How to close. */
export interface ClosePlan {
  readonly clock: Clock;
  /** How long running requests may take to finish. */
  readonly graceMs: number;
  /** Ends streams that have no end of their own. */
  endStreams(): Promise<void>;
  /** Ends what still runs after the grace. */
  endRequests(): Promise<void>;
}

/** What ends a server. */
export interface Closer {
  /**
   * Gives up each connection with its next answer. A proxy that keeps connections would otherwise send a
   * call over one of them in the moment that it is closed, and could not know whether the call arrived.
   */
  drain(): void;
  close(plan: ClosePlan): Promise<void>;
}

/** Makes what closes a server. Made at the start, as it follows every answer. */
export const createCloser = (server: Server): Closer => {
  const running = createLiveSet<ServerResponse>();
  let isDraining = false;
  let closing: Promise<void> | undefined;
  server.on("request", (_request, response: ServerResponse) => {
    const remove = running.add(response);
    if (isDraining) response.setHeader("connection", "close");
    response.on("close", () => {
      remove();
      // A connection kept alive would otherwise stay open, idle, after its last answer.
      if (closing !== undefined) setImmediate(() => server.closeIdleConnections());
    });
  });
  const drain = (): void => {
    isDraining = true;
    for (const response of running.values()) {
      if (!response.headersSent) response.setHeader("connection", "close");
    }
  };
  return {
    drain,
    close: (plan) => {
      drain();
      closing ??= server.listening ? closeServer(server, plan) : Promise.resolve();
      return closing;
    },
  };
};

/** Stops accepting, waits for running requests, then cuts what is left. */
const closeServer = async (server: Server, plan: ClosePlan): Promise<void> => {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  await plan.endStreams();
  const waiting = new AbortController();
  const grace = plan.clock.sleep(plan.graceMs, waiting.signal).catch(() => undefined);
  await Promise.race([closed, grace]);
  waiting.abort();
  await plan.endRequests();
  server.closeAllConnections();
  await closed;
};
