import {
  type SpanContext,
  createTraceState,
  isSpanContextValid,
  isValidSpanId,
  isValidTraceId,
} from "@opentelemetry/api";
import type { TraceCarrier } from "../core/tracing.ts";

/**
 * Reads a trace context (W3C Trace Context §3.2 and §3.3). Undefined where the `traceparent` is broken or
 * not there; a broken `tracestate` alone is dropped.
 */
export const readTraceContext = ({
  traceparent,
  tracestate,
}: TraceCarrier): SpanContext | undefined => {
  const parent = typeof traceparent === "string" ? readTraceparent(traceparent) : undefined;
  if (parent === undefined || typeof tracestate !== "string") return parent;
  return { ...parent, traceState: createTraceState(tracestate) };
};

const readTraceparent = (text: string): SpanContext | undefined => {
  if (text.length > MAX_LENGTH) return undefined;
  const [, version, traceId = "", spanId = "", flags = "", rest] = TRACEPARENT.exec(text) ?? [];
  // Later versions may have more at the end; version 0 may not, and 255 is none.
  if (version === "ff" || (version === "00" && rest !== undefined)) return undefined;
  if (!isValidTraceId(traceId) || !isValidSpanId(spanId)) return undefined;
  // Of the flags only "sampled" has a meaning that is ours to pass on.
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
};

/** The headers that carry a trace context on; none for one that is no context. */
export const writeTraceContext = (
  context: SpanContext | undefined,
): Readonly<Record<string, string>> => {
  if (context === undefined || !isSpanContextValid(context)) return {};
  const { traceId, spanId, traceFlags, traceState } = context;
  const flags = (traceFlags & 1).toString(16).padStart(2, "0");
  const state = traceState?.serialize() ?? "";
  return {
    traceparent: `00-${traceId}-${spanId}-${flags}`,
    ...(state !== "" && { tracestate: state }),
  };
};

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/u;
const MAX_LENGTH = 512;
