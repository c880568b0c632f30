import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Metrics } from "../core/metrics.ts";
import { requestIdOf } from "./based-response.ts";

/**
 * Counts a request and writes one line when the request is over. The route is a row of the tables, never the path as sent:
 * paths and queries can hold codes and ids. Probes and readers of metrics are logged for debugging only.
 */
export const logAccess = (
  deps: {
    readonly log: Logger;
    readonly clock: Clock;
    readonly metrics?: Pick<Metrics, "httpRequest">;
  },
  exchange: {
    readonly request: IncomingMessage;
    readonly response: ServerResponse;
    /** A row of the tables, or `(none)`. */
    readonly route: string;
    readonly traceId?: string | undefined;
  },
): void => {
  const startedMs = deps.clock.nowMs();
  const { request, response, route, traceId } = exchange;
  // Told once in any case; `once` would wrap it for nothing.
  response.on("close", () => {
    const { statusCode: status } = response;
    const durationMs = deps.clock.nowMs() - startedMs;
    deps.metrics?.httpRequest({ route, status, durationMs });
    const fields: Record<string, unknown> = {
      requestId: requestIdOf(response),
      method: request.method,
      route,
      status,
      durationMs,
    };
    // The end of the answer is no part of the work that the trace follows.
    if (traceId !== undefined) fields["traceId"] = traceId;
    if (!response.writableFinished) fields["aborted"] = true;
    if (isProbe(route)) deps.log.debug("request", fields);
    else deps.log.info("request", fields);
  });
};

const isProbe = (route: string): boolean => route.startsWith("/health/") || route === "/metrics";
