import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { toEpochSeconds } from "../../../src/core/clock.ts";
import type { RateBudget } from "../../../src/core/metrics.ts";
import { METRICS, type MetricRow } from "../../../src/observability/metric-table.ts";
import { createPrometheusMetrics } from "../../../src/observability/prometheus-metrics.ts";
import { foldBudgets } from "../../../src/observability/rate-levels.ts";

const metrics = createPrometheusMetrics({ version: "1.2.3" });

const budget = (given: Partial<RateBudget> = {}): RateBudget => ({
  kind: "location",
  limit: 100,
  remaining: 100,
  dailyLimit: 200_000,
  dailyRemaining: 200_000,
  queued: 0,
  ...given,
});

/** The lines of one metric, without its bounds. */
const linesOf = async (name: string): Promise<readonly string[]> =>
  (await metrics.read()).text.split("\n").filter((line) => line.startsWith(name));

it("docs/operations.md has the row of every metric, in order, and no other", () => {
  const docs = readFileSync(new URL("../../../docs/operations.md", import.meta.url), "utf8");
  const rows = docs.split("\n").filter((line) => line.startsWith("| `ghl_mcp_"));
  const all: readonly (readonly [string, MetricRow])[] = Object.entries(METRICS);
  expect(rows).toEqual(
    all.map(([name, { type, labels, help }]) => {
      const shown = labels.length === 0 ? "–" : labels.map((label) => `\`${label}\``).join(", ");
      return `| \`${name}\` | ${type} | ${shown} | ${help} |`;
    }),
  );
});

it("serves every metric of the table, and those of the process and of the event loop", async () => {
  expect(await linesOf("ghl_mcp_tls_certificate_expiry_timestamp_seconds")).toEqual([]);
  metrics.certificate({ validUntil: toEpochSeconds(4_070_908_800) });
  const { contentType, text } = await metrics.read();
  expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/u);
  for (const name of Object.keys(METRICS)) expect(text).toContain(`# TYPE ${name} `);
  for (const name of ["nodejs_eventloop_lag_p99_seconds", "process_resident_memory_bytes"]) {
    expect(text).toMatch(new RegExp(`^${name} `, "mu"));
  }
  expect(await linesOf("ghl_mcp_build_info")).toEqual([
    `ghl_mcp_build_info{version="1.2.3",node="${process.versions.node}"} 1`,
  ]);
});

it("keeps streams of /sse out of the latencies, not out of the counts", async () => {
  metrics.httpRequest({ route: "/sse", status: 200, durationMs: 3_600_000 });
  metrics.httpRequest({ route: "/mcp", status: 200, durationMs: 20 });
  const counts = await linesOf("ghl_mcp_http_requests_total");
  expect(counts).toContain('ghl_mcp_http_requests_total{route="/sse",status="200"} 1');
  const times = await linesOf("ghl_mcp_http_request_duration_seconds");
  expect(times).toContain(
    'ghl_mcp_http_request_duration_seconds_bucket{le="0.025",route="/mcp"} 1',
  );
  expect(times.join("\n")).not.toContain("/sse");
});

it("gives a call that was held back no latency", async () => {
  metrics.upstreamCall({ app: "contacts", outcome: "held_back" });
  expect(await linesOf("ghl_mcp_upstream_calls_total")).toEqual([
    'ghl_mcp_upstream_calls_total{app="contacts",outcome="held_back"} 1',
  ]);
  expect(await linesOf("ghl_mcp_upstream_call_duration_seconds")).toEqual([]);
});

it("looks at the rate budgets anew whenever it is read", async () => {
  metrics.watch({
    rateBudgets: () => [budget({ remaining: 5, queued: 3 }), budget({ dailyRemaining: 0 })],
  });
  expect(await linesOf("ghl_mcp_rate_budgets")).toEqual(
    expect.arrayContaining([
      'ghl_mcp_rate_budgets{kind="location",window="burst",left="under_10"} 1',
      'ghl_mcp_rate_budgets{kind="location",window="burst",left="more"} 1',
      'ghl_mcp_rate_budgets{kind="location",window="day",left="none"} 1',
      'ghl_mcp_rate_budgets{kind="company",window="day",left="none"} 0',
    ]),
  );
  expect(await linesOf("ghl_mcp_rate_budget_least_ratio")).toEqual([
    'ghl_mcp_rate_budget_least_ratio{kind="location",window="burst"} 0.05',
    'ghl_mcp_rate_budget_least_ratio{kind="location",window="day"} 0',
  ]);
  expect(await linesOf('ghl_mcp_rate_queued_calls{kind="location"}')).toEqual([
    'ghl_mcp_rate_queued_calls{kind="location"} 3',
  ]);
  metrics.watch({ rateBudgets: () => [] });
  expect(await linesOf("ghl_mcp_rate_budget_least_ratio")).toEqual([]);
  expect(await linesOf('ghl_mcp_rate_budgets{kind="location",window="day",left="none"}')).toEqual([
    'ghl_mcp_rate_budgets{kind="location",window="day",left="none"} 0',
  ]);
});

it("has as many values for a thousand locations as for one", () => {
  const many = foldBudgets(
    Array.from({ length: 1_000 }, (_, index) => budget({ remaining: index % 101 })),
  );
  expect(many).toHaveLength(foldBudgets([budget()]).length);
  const [burst] = many;
  expect(burst?.counts).toEqual({ none: 10, under_10: 90, under_50: 400, more: 500 });
  expect(burst?.leastRatio).toBe(0);
});
