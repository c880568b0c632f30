import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Metrics } from "../core/metrics.ts";
import { requestIdOf } from "./request-id.ts";

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
    readonly route: string | undefined;
  },
): void => {
  const startedMs = deps.clock.nowMs();
  const { request, response, route } = exchange;
  response.once("close", () => {
    const { statusCode: status } = response;
    const durationMs = deps.clock.nowMs() - startedMs;
    const name = route ?? "(none)";
    deps.metrics?.httpRequest({ route: name, status, durationMs });
    const fields = {
      requestId: requestIdOf(response),
      method: request.method,
      route: name,
      status,
      durationMs,
      ...(!response.writableFinished && { aborted: true }),
    };
    if (isProbe(name)) deps.log.debug("request", fields);
    else deps.log.info("request", fields);
  });
};

const isProbe = (route: string): boolean => route.startsWith("/health/") || route === "/metrics";
