import type { EpochSeconds } from "./clock.ts";
import type { Secret } from "./secret.ts";

/** An HTTP request that is over. */
export interface SeenRequest {
  /** A row of the route tables, or `(none)`; never the path as sent. */
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
}

/** A tool call that is over. */
export interface SeenToolCall {
  /** A tool of this server, or `(unknown)`; never the name as sent. */
  readonly tool: string;
  readonly outcome: string;
  readonly durationMs: number;
}

/** One request to the GoHighLevel API, or one that was held back. */
export interface SeenUpstreamCall {
  /** The app of the catalogue that the operation belongs to, such as `contacts`. */
  readonly app: string;
  /** `ok`, the kind of the failure, or `held_back` for what was never sent. */
  readonly outcome: string;
  /** Absent for what was never sent. */
  readonly durationMs?: number;
}

/** A refresh of GoHighLevel tokens that this process asked for. */
export interface SeenRefresh {
  readonly outcome: string;
  readonly durationMs: number;
}

/** An operation of the store that failed. */
export interface SeenStoreError {
  readonly verb: string;
  readonly code: string;
}

/**
 * Counts what happens, for whoever operates the server. What it is told becomes labels that anybody who
 * may read the metrics sees: words of ours alone, of a bounded number, never ids or what a caller sent.
 */
export interface Metrics {
  httpRequest(seen: SeenRequest): void;
  toolCall(seen: SeenToolCall): void;
  upstreamCall(seen: SeenUpstreamCall): void;
  refresh(seen: SeenRefresh): void;
  storeError(seen: SeenStoreError): void;
  /** Which certificate is served from now on. */
  certificate(seen: { readonly validUntil: EpochSeconds }): void;
}

/** What is left of one budget of calls at GoHighLevel. */
export interface RateBudget {
  readonly kind: "location" | "company";
  readonly limit: number;
  readonly remaining: number;
  readonly dailyLimit: number;
  readonly dailyRemaining: number;
  /** Calls that wait for their turn. */
  readonly queued: number;
}

/** What is looked at when the metrics are read, and not told beforehand. */
export interface MetricSources {
  rateBudgets(): readonly RateBudget[];
}

/** Metrics that can be read. */
export interface ReadableMetrics extends Metrics {
  /** Says where the values come from that are looked at on reading; the last one said counts. */
  watch(sources: MetricSources): void;
  /** Everything, in the Prometheus text format. */
  read(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** Who may read the metrics over HTTP: programs on this machine, or whoever has the token. */
export type MetricsAccess =
  | { readonly mode: "loopback" }
  | { readonly mode: "token"; readonly token: Secret };
