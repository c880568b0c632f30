import type { Soon } from "./soon.ts";

/** A W3C trace context as it came in, unchecked: two headers, or two keys of an MCP `_meta`. */
export interface TraceCarrier {
  readonly traceparent?: unknown;
  readonly tracestate?: unknown;
}

/** What a span says of its work. Words of ours; never ids of accounts, names or what a caller sent. */
export type SpanAttributes = Readonly<Record<string, string | number>>;

/** One piece of work that is under way. */
export interface Span {
  /** 32 hexadecimal digits; undefined where nobody traces. */
  readonly traceId: string | undefined;
  set(attributes: SpanAttributes): void;
  /** Says that the work came to nothing, and why in a word of ours. */
  fail(reason: string): void;
}

/** What a span is called and where it hangs. */
export interface SpanPlan {
  readonly name: string;
  readonly kind: "server" | "client" | "internal";
  readonly attributes?: SpanAttributes;
  /** The context that the sender gave. A broken one counts as none (W3C Trace Context §4.3). */
  readonly sent?: TraceCarrier;
  /** Whether `sent` goes before a span that is under way. Default: it counts where none is. */
  readonly sentFirst?: boolean;
}

/** Follows work over the borders of programs (W3C Trace Context). */
export interface Tracing {
  /** Does work in a span of its own, which ends when the work does. */
  inSpan<Outcome>(plan: SpanPlan, work: (span: Span) => Soon<Outcome>): Soon<Outcome>;
  /** The headers with which a request of the work under way goes out; undefined where nobody traces. */
  headers(): Readonly<Record<string, string>> | undefined;
  /** The trace of the work under way: 32 hexadecimal digits, or undefined. */
  traceId(): string | undefined;
}

/** The span of work that nobody follows. */
export const NO_SPAN: Span = { traceId: undefined, set: () => {}, fail: () => {} };

/** Follows nothing. */
export const silentTracing: Tracing = {
  inSpan: (_plan, work) => work(NO_SPAN),
  headers: () => undefined,
  traceId: () => undefined,
};
