import type { Config } from "../config/config.ts";
import type { ReadableMetrics } from "../core/metrics.ts";
import type { Tracing } from "../core/tracing.ts";

/** Makes what watches a program, once its version is known. */
export interface Observers {
  readonly makeMetrics?: (about: { readonly version: string }) => ReadableMetrics;
  readonly makeTracing?: (about: { readonly version: string }) => Tracing;
}

/** What follows work from program to program. Loaded only for programs that serve. */
export const loadTracing = async (): Promise<Observers> => {
  const { createOtelTracing } = await import("../observability/otel-tracing.ts");
  return { makeTracing: createOtelTracing };
};

/** {@link loadTracing}, and the metrics where anybody may read them. */
export const loadObservers = async ({ metricsAccess }: Config): Promise<Observers> => {
  const tracing = await loadTracing();
  if (metricsAccess === undefined) return tracing;
  const { createPrometheusMetrics } = await import("../observability/prometheus-metrics.ts");
  return { ...tracing, makeMetrics: createPrometheusMetrics };
};
