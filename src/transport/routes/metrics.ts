import type { MetricsAccess, ReadableMetrics } from "../../core/metrics.ts";
import { judgeMetricsReader } from "../metrics-reader.ts";
import { errorResponse } from "../responses.ts";
import type { RouteHandler } from "../route.ts";

/** The metrics, and who may read them. */
export interface MetricsEndpoint {
  readonly access: MetricsAccess;
  readonly metrics: Pick<ReadableMetrics, "read">;
  /** Compares two secrets in constant time. */
  equal(a: string, b: string): boolean;
}

/** `/metrics` in the Prometheus text format, for those who may read it. */
export const createMetricsRoute =
  ({ access, metrics, equal }: MetricsEndpoint): RouteHandler =>
  async (request) => {
    switch (judgeMetricsReader(access, request, equal)) {
      case "allowed": {
        const { contentType, text } = await metrics.read();
        return new Response(text, {
          headers: { "content-type": contentType, "cache-control": "no-store" },
        });
      }
      case "not_this_machine":
        return errorResponse(
          403,
          "access_denied",
          "the metrics are for programs on the server's own machine; METRICS=token opens them to others",
        );
      case "no_token": {
        const refusal = errorResponse(401, "invalid_token", "send the token of METRICS_TOKEN");
        refusal.headers.set("www-authenticate", 'Bearer realm="metrics"');
        return refusal;
      }
    }
  };
