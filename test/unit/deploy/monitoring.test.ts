import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { GhlFailure } from "../../../src/ghl/errors.ts";
import { METRICS, type MetricRow } from "../../../src/observability/metric-table.ts";
import { createPrometheusMetrics } from "../../../src/observability/prometheus-metrics.ts";

const read = (path: string): string =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");

/** Everything of our own that is served, with the suffixes of histograms; and Node's and the process's. */
const served = async (): Promise<ReadonlySet<string>> => {
  const own: readonly (readonly [string, MetricRow])[] = Object.entries(METRICS);
  const suffixes = ["_bucket", "_sum", "_count"];
  const names = own.flatMap(([name, { type }]) =>
    type === "histogram" ? suffixes.map((suffix) => name + suffix) : [name],
  );
  const { text } = await createPrometheusMetrics({ version: "0.0.0" }).read();
  const rest = [...text.matchAll(/^((?:nodejs|process)_\w+)/gmu)].map(([, name = ""]) => name);
  return new Set([...names, ...rest]);
};

const namesIn = (text: string): readonly string[] => [
  ...new Set(text.match(/\b(?:ghl_mcp|nodejs|process)_\w+/gu)),
];

const FILES = ["deploy/grafana-dashboard.json", "deploy/alerts.yml"];

describe.each(FILES)("%s", (file) => {
  it("names only metrics that are served", async () => {
    const names = namesIn(read(file));
    const all = await served();
    expect(names.length).toBeGreaterThan(6);
    expect(names.filter((name) => !all.has(name))).toEqual([]);
  });

  it("groups and filters only by labels that its metrics have", () => {
    const own: readonly MetricRow[] = Object.values(METRICS);
    const known = new Set(["le", "job", "instance", ...own.flatMap(({ labels }) => labels)]);
    const text = read(file).replaceAll('\\"', '"');
    const grouped = [...text.matchAll(/\bby \(([^)]*)\)/gu)].flatMap(([, list = ""]) =>
      list.split(",").map((label) => label.trim()),
    );
    const filtered = [...text.matchAll(/[{,](\w+)=~?"/gu)].map(([, label = ""]) => label);
    expect(grouped.length).toBeGreaterThan(3);
    expect([...grouped, ...filtered].filter((label) => !known.has(label))).toEqual([]);
  });
});

it("the dashboard shows every metric of our own", () => {
  const text = read("deploy/grafana-dashboard.json");
  const left = Object.keys(METRICS).filter((name) => !text.includes(name));
  // Latencies of requests mix pages, tools and streams; those of refreshes are rarely asked for.
  expect(left).toEqual([
    "ghl_mcp_http_request_duration_seconds",
    "ghl_mcp_refresh_duration_seconds",
  ]);
});

it("the alerts name outcomes that there are", () => {
  const kinds = ["unreachable", "timeout", "upstream_error"] satisfies GhlFailure["kind"][];
  expect(read("deploy/alerts.yml")).toContain(`outcome=~"${kinds.join("|")}"`);
});

it("every alert has an expression, a severity, a summary and what to do", () => {
  const rules = read("deploy/alerts.yml")
    .split(/^ {6}- alert: /mu)
    .slice(1);
  expect(rules.length).toBeGreaterThan(8);
  for (const rule of rules) {
    expect(rule).toMatch(
      /^Ghl\w+\n {8}expr: .+\n {8}for: \d+m\n {8}labels:\n {10}severity: (?:warning|critical)\n {8}annotations:\n {10}summary: ".+"\n {10}description: ".+"\n$/u,
    );
  }
});
