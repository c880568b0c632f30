import type { HttpClient } from "./http-client.ts";
import type { ReadinessChecks } from "./readiness.ts";

/** A client that remembers how its last request ended. */
export interface WatchedHttp {
  readonly http: HttpClient;
  last(): ReadinessChecks["upstream"];
}

/**
 * The same client, watched. An answer below 500 means that the other side works, whatever it thinks of
 * the request; a request that its caller gave up means nothing.
 */
export const watchUpstream = (http: HttpClient): WatchedHttp => {
  let last: ReadinessChecks["upstream"] = "unknown";
  return {
    http: {
      ...http,
      send: (request) =>
        http.send(request).then((sent) => {
          if (sent.ok) last = sent.value.status < 500 ? "ok" : "failing";
          else if (sent.failure.kind !== "aborted") last = "failing";
          return sent;
        }),
    },
    last: () => last,
  };
};
