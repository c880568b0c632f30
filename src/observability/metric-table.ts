/** One metric: what docs/operations.md says of it, and what Prometheus is told. */
export interface MetricRow {
  readonly type: "counter" | "gauge" | "histogram";
  readonly labels: readonly string[];
  readonly help: string;
}

/**
 * Every metric of our own, in the order of the documentation. Beside them stand those of Node and of the
 * process (`nodejs_…`, `process_…`), which prom-client collects.
 */
export const METRICS = {
  ghl_mcp_build_info: {
    type: "gauge",
    labels: ["version", "node"],
    help: "Always 1; says which version runs, on which Node",
  },
  ghl_mcp_http_requests_total: {
    type: "counter",
    labels: ["route", "status"],
    help: "HTTP requests that are over, by route and status",
  },
  ghl_mcp_http_request_duration_seconds: {
    type: "histogram",
    labels: ["route"],
    help: "Time from the head of a request to the end of its answer; streams of /sse are left out",
  },
  ghl_mcp_tool_calls_total: {
    type: "counter",
    labels: ["tool", "outcome"],
    help: "Tool calls, by tool and outcome: ok, asked for a confirmation that is awaited, or why it failed",
  },
  ghl_mcp_tool_call_duration_seconds: {
    type: "histogram",
    labels: ["tool"],
    help: "Time that tool calls take",
  },
  ghl_mcp_upstream_calls_total: {
    type: "counter",
    labels: ["app", "outcome"],
    help: "Requests to the GoHighLevel API, repeats included, by app of its catalogue and outcome; held_back was never sent",
  },
  ghl_mcp_upstream_call_duration_seconds: {
    type: "histogram",
    labels: ["app"],
    help: "Time that GoHighLevel takes to answer",
  },
  ghl_mcp_refreshes_total: {
    type: "counter",
    labels: ["outcome"],
    help: "Refreshes of GoHighLevel tokens that this process asked for, by outcome",
  },
  ghl_mcp_refresh_duration_seconds: {
    type: "histogram",
    labels: [],
    help: "Time from asking for a refresh until its tokens are stored",
  },
  ghl_mcp_rate_budgets: {
    type: "gauge",
    labels: ["kind", "window", "left"],
    help: "Rate budgets in use by how much is left in the 10 seconds or the day: none, under 10 %, under 50 %, more",
  },
  ghl_mcp_rate_budget_least_ratio: {
    type: "gauge",
    labels: ["kind", "window"],
    help: "What is left of the budget that has least left, from 0 to 1; absent while no budget is in use",
  },
  ghl_mcp_rate_queued_calls: {
    type: "gauge",
    labels: ["kind"],
    help: "Calls that wait in this process for their rate budget",
  },
  ghl_mcp_store_errors_total: {
    type: "counter",
    labels: ["verb", "code"],
    help: "Operations of the store that failed, by verb and error code",
  },
  ghl_mcp_tls_certificate_expiry_timestamp_seconds: {
    type: "gauge",
    labels: [],
    help: "When the certificate ends that this process serves; absent without TLS of its own",
  },
} as const satisfies Readonly<Record<string, MetricRow>>;

/** The name of a metric of our own. */
export type MetricName = keyof typeof METRICS;
