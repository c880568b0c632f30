import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import type {
  MetricSources,
  ReadableMetrics,
  SeenRequest,
  SeenToolCall,
  SeenUpstreamCall,
} from "../core/metrics.ts";
import { METRICS, type MetricName } from "./metric-table.ts";
import { KINDS, LEVELS, foldBudgets } from "./rate-levels.ts";

/** Bounds in seconds: a call to GoHighLevel takes some 0.2 s, and is given up after 30 s. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Streams last for hours, and say nothing about how fast anything is. */
const STREAM_ROUTES: ReadonlySet<string> = new Set(["/sse"]);

/**
 * Makes metrics in a registry of their own, and starts to watch the process: event loop, memory, garbage
 * collection. To be made once for a process, since that watching has no end.
 */
export const createPrometheusMetrics = ({
  version,
}: {
  readonly version: string;
}): ReadableMetrics => {
  const registry = new Registry();
  const series = createSeries(registry);
  let certificateEnd: Gauge | undefined;
  let sources: MetricSources = { rateBudgets: () => [] };
  series.build.set({ version, node: process.versions.node }, 1);
  collectDefaultMetrics({ register: registry });
  const requests = createHandOver<SeenRequest>(({ route, status, durationMs }) => {
    series.requests.inc({ route, status });
    if (!STREAM_ROUTES.has(route)) series.requestTime.observe({ route }, durationMs / 1000);
  });
  const toolCalls = createHandOver<SeenToolCall>(({ tool, outcome, durationMs }) => {
    series.toolCalls.inc({ tool, outcome });
    series.toolTime.observe({ tool }, durationMs / 1000);
  });
  const upstreamCalls = createHandOver<SeenUpstreamCall>(({ app, outcome, durationMs }) => {
    series.upstreamCalls.inc({ app, outcome });
    if (durationMs !== undefined) series.upstreamTime.observe({ app }, durationMs / 1000);
  });
  return {
    httpRequest: requests.add,
    toolCall: toolCalls.add,
    upstreamCall: upstreamCalls.add,
    refresh: ({ outcome, durationMs }) => {
      series.refreshes.inc({ outcome });
      series.refreshTime.observe(durationMs / 1000);
    },
    storeError: ({ verb, code }) => {
      series.storeErrors.inc({ verb, code });
    },
    certificate: ({ validUntil }) => {
      // Made with its first value: a gauge without labels would say 1970 where there is no certificate.
      certificateEnd ??= makeGauge(registry);
      certificateEnd.set(validUntil);
    },
    watch: (given) => {
      sources = given;
    },
    read: async () => {
      for (const seen of [requests, toolCalls, upstreamCalls]) seen.hand();
      setRates(series, sources);
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
};

/**
 * Keeps what was seen until there are a few hundred, or somebody asks, and hands it on in one go: one after
 * the other they cost less than in the middle of calls.
 */
const createHandOver = <Seen>(
  handOn: (seen: Seen) => void,
): { add(seen: Seen): void; hand(): void } => {
  let waiting: Seen[] = [];
  const hand = (): void => {
    const seen = waiting;
    waiting = [];
    for (const one of seen) handOn(one);
  };
  return {
    add: (seen) => {
      if (waiting.push(seen) >= MOST_WAITING) hand();
    },
    hand,
  };
};

const MOST_WAITING = 256;

const toSettings = <Name extends MetricName>(name: Name, registry: Registry) => ({
  name,
  help: METRICS[name].help,
  labelNames: METRICS[name].labels,
  registers: [registry],
});

const makeGauge = (registry: Registry): Gauge =>
  new Gauge(toSettings("ghl_mcp_tls_certificate_expiry_timestamp_seconds", registry));

type Series = ReturnType<typeof createSeries>;

const createSeries = (registry: Registry) => {
  const settings = <Name extends MetricName>(name: Name) => toSettings(name, registry);
  const timer = <Name extends MetricName>(name: Name) =>
    new Histogram({ ...settings(name), buckets: BUCKETS });
  return {
    build: new Gauge(settings("ghl_mcp_build_info")),
    requests: new Counter(settings("ghl_mcp_http_requests_total")),
    requestTime: timer("ghl_mcp_http_request_duration_seconds"),
    toolCalls: new Counter(settings("ghl_mcp_tool_calls_total")),
    toolTime: timer("ghl_mcp_tool_call_duration_seconds"),
    upstreamCalls: new Counter(settings("ghl_mcp_upstream_calls_total")),
    upstreamTime: timer("ghl_mcp_upstream_call_duration_seconds"),
    refreshes: new Counter(settings("ghl_mcp_refreshes_total")),
    refreshTime: timer("ghl_mcp_refresh_duration_seconds"),
    budgets: new Gauge(settings("ghl_mcp_rate_budgets")),
    leastRatio: new Gauge(settings("ghl_mcp_rate_budget_least_ratio")),
    queued: new Gauge(settings("ghl_mcp_rate_queued_calls")),
    storeErrors: new Counter(settings("ghl_mcp_store_errors_total")),
  };
};

/** Writes what is left of the budgets at this moment. */
const setRates = ({ budgets, leastRatio, queued }: Series, sources: MetricSources): void => {
  const seen = sources.rateBudgets();
  leastRatio.reset();
  for (const { kind, window, counts, leastRatio: least } of foldBudgets(seen)) {
    for (const left of LEVELS) budgets.set({ kind, window, left }, counts[left]);
    if (least !== undefined) leastRatio.set({ kind, window }, least);
  }
  for (const kind of KINDS) {
    const waiting = seen.filter((one) => one.kind === kind).map((one) => one.queued);
    queued.set(
      { kind },
      waiting.reduce((sum, one) => sum + one, 0),
    );
  }
};
