import { AsyncLocalStorage } from "node:async_hooks";
import {
  type Context,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  type Span as OtelSpan,
  type SpanOptions,
  SpanKind,
  SpanStatusCode,
  context as contexts,
  trace,
} from "@opentelemetry/api";
import { NO_SPAN, type Span, type SpanPlan, type Tracing } from "../core/tracing.ts";
import { readTraceContext, writeTraceContext } from "./trace-context.ts";

const KINDS = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  internal: SpanKind.INTERNAL,
} as const;

/**
 * Traces through the OpenTelemetry API alone. Where the operator registers an SDK, it records the spans;
 * where none is, a context that came in is passed on as it is (ADR 37). The context is kept here as well
 * as in the API, which keeps none without an SDK.
 */
export const createOtelTracing = ({ version }: { readonly version: string }): Tracing => {
  const own = new AsyncLocalStorage<Context>();
  const tracer = trace.getTracer("ghl-mcp", version);
  const follow: Tracing["inSpan"] = async (plan, work) => {
    const { parent, options } = place(plan, current());
    const span = tracer.startSpan(plan.name, options, parent);
    // Nobody records, and no context came in that would have to be passed on.
    if (!span.isRecording() && !trace.isSpanContextValid(span.spanContext())) {
      return work(NO_SPAN);
    }
    const within = trace.setSpan(parent, span);
    try {
      return await own.run(within, () => contexts.with(within, () => work(toSpan(span))));
    } catch (error) {
      // Without the error: its message may hold what no trace should.
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  };
  const current = (): Context => {
    const active = contexts.active();
    return active === ROOT_CONTEXT ? (own.getStore() ?? ROOT_CONTEXT) : active;
  };
  return {
    inSpan: (plan, work) => {
      const isAlone = plan.sent?.traceparent === undefined && current() === ROOT_CONTEXT;
      return isAlone && isNobodyThere() ? work(NO_SPAN) : follow(plan, work);
    },
    headers: () => {
      const underWay = trace.getSpanContext(current());
      return underWay === undefined ? undefined : writeTraceContext(underWay);
    },
    traceId: () => toTraceId(trace.getSpan(current())),
  };
};

/** Whether no SDK is registered that would record a span; one may come at any time. */
const isNobodyThere = (): boolean => {
  const provider = trace.getTracerProvider();
  return provider instanceof ProxyTracerProvider && provider.getDelegate() === NOBODY;
};

const NOBODY = new ProxyTracerProvider().getDelegate();

/** Where a span hangs, and which other one it points to. */
const place = (
  { kind, attributes, sent, sentFirst = false }: SpanPlan,
  current: Context,
): { readonly parent: Context; readonly options: SpanOptions } => {
  const underWay = trace.getSpanContext(current);
  const remote = sent === undefined ? undefined : readTraceContext(sent);
  const options = { kind: KINDS[kind], ...(attributes !== undefined && { attributes }) };
  if (remote === undefined || (underWay !== undefined && !sentFirst)) {
    return { parent: current, options };
  }
  return {
    parent: trace.setSpanContext(current, remote),
    options: underWay === undefined ? options : { ...options, links: [{ context: underWay }] },
  };
};

const toSpan = (span: OtelSpan): Span => ({
  traceId: toTraceId(span),
  set: (attributes) => void span.setAttributes({ ...attributes }),
  fail: (reason) => {
    span.setAttribute("error.type", reason);
    span.setStatus({ code: SpanStatusCode.ERROR });
  },
});

const toTraceId = (span: OtelSpan | undefined): string | undefined => {
  const context = span?.spanContext();
  return context !== undefined && trace.isSpanContextValid(context) ? context.traceId : undefined;
};
