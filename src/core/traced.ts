import type { HttpClient, HttpRequest } from "./http-client.ts";
import type { Logger } from "./logger.ts";
import type { Tracing } from "./tracing.ts";

/** The same client, whose requests carry the trace of the work that they belong to. */
export const traceHttp = (http: HttpClient, tracing: Tracing): HttpClient => ({
  ...http,
  send: (request) => http.send(traceRequest(request, tracing)),
});

/** The same request, with the trace of the work under way. */
export const traceRequest = (request: HttpRequest, tracing: Tracing): HttpRequest => {
  const headers = tracing.headers();
  return headers === undefined
    ? request
    : { ...request, headers: { ...request.headers, ...headers } };
};

/** The same log, whose lines name the trace of the work that they belong to. */
export const traceLog = (log: Logger, tracing: Tracing): Logger => {
  const write =
    (level: Exclude<keyof Logger, "child">): Logger["info"] =>
    (message, fields) => {
      const traceId = tracing.traceId();
      log[level](message, traceId === undefined ? fields : { ...fields, traceId });
    };
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    child: (fields) => traceLog(log.child(fields), tracing),
  };
};
