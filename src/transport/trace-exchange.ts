import type { IncomingMessage, ServerResponse } from "node:http";
import type { Soon } from "../core/soon.ts";
import { NO_SPAN, type Span, type Tracing } from "../core/tracing.ts";

/**
 * Answers a request in a span that hangs on the trace of its headers and ends with the answer. The route
 * is a row of the tables, never the path as sent.
 */
export const traceExchange = (
  tracing: Tracing,
  exchange: {
    readonly request: IncomingMessage;
    readonly response: ServerResponse;
    readonly route: string;
  },
  answer: (span: Span) => Soon<void>,
): Soon<void> => {
  const { request, response, route } = exchange;
  const method = request.method ?? "";
  return tracing.inSpan(
    {
      name: `${method} ${route}`,
      kind: "server",
      attributes: { "http.request.method": method, "http.route": route },
      sent: {
        traceparent: request.headers["traceparent"],
        tracestate: request.headers["tracestate"],
      },
    },
    (span) => (span === NO_SPAN ? answer(span) : follow(span, response, answer)),
  );
};

const follow = async (
  span: Span,
  response: ServerResponse,
  answer: (span: Span) => Soon<void>,
): Promise<void> => {
  const closed = new Promise<void>((resolve) => {
    response.once("close", resolve);
  });
  await answer(span);
  await closed;
  const { statusCode } = response;
  span.set({ "http.response.status_code": statusCode });
  if (statusCode >= 500) span.fail(String(statusCode));
};
