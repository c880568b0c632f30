import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import { requestIdOf } from "./request-id.ts";

/**
 * Writes one line when the request is over. The route is a row of the tables, never the path as sent:
 * paths and queries can hold codes and ids. Probes are logged for debugging only.
 */
export const logAccess = (
  deps: { readonly log: Logger; readonly clock: Clock },
  exchange: {
    readonly request: IncomingMessage;
    readonly response: ServerResponse;
    readonly route: string | undefined;
  },
): void => {
  const startedMs = deps.clock.nowMs();
  const { request, response, route } = exchange;
  response.once("close", () => {
    const fields = {
      requestId: requestIdOf(response),
      method: request.method,
      route: route ?? "(none)",
      status: response.statusCode,
      durationMs: deps.clock.nowMs() - startedMs,
      ...(!response.writableFinished && { aborted: true }),
    };
    if (route?.startsWith("/health/") === true) deps.log.debug("request", fields);
    else deps.log.info("request", fields);
  });
};
