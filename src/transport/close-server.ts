import type { Server, ServerResponse } from "node:http";
import type { Clock } from "../core/clock.ts";

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

/** Makes the function that closes a server. Made at the start, as it follows every answer. */
export const createCloser = (server: Server): ((plan: ClosePlan) => Promise<void>) => {
  const running = new Set<ServerResponse>();
  let closing: Promise<void> | undefined;
  server.on("request", (_request, response: ServerResponse) => {
    running.add(response);
    if (closing !== undefined) response.setHeader("connection", "close");
    response.once("close", () => {
      running.delete(response);
      // A connection kept alive would otherwise stay open, idle, after its last answer.
      if (closing !== undefined) setImmediate(() => server.closeIdleConnections());
    });
  });
  return (plan) => {
    closing ??= server.listening ? closeServer(server, { running, plan }) : Promise.resolve();
    return closing;
  };
};

/** Stops accepting, waits for running requests, then cuts what is left. */
const closeServer = async (
  server: Server,
  { running, plan }: { readonly running: ReadonlySet<ServerResponse>; readonly plan: ClosePlan },
): Promise<void> => {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const response of running) {
    if (!response.headersSent) response.setHeader("connection", "close");
  }
  await plan.endStreams();
  const waiting = new AbortController();
  const grace = plan.clock.sleep(plan.graceMs, waiting.signal).catch(() => undefined);
  await Promise.race([closed, grace]);
  waiting.abort();
  await plan.endRequests();
  server.closeAllConnections();
  await closed;
};
