import { ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/server";
import { isStoreAway } from "../core/errors.ts";
import type { LocationId } from "../core/ids.ts";
import { fail } from "../core/result.ts";
import { type Soon, trySoon, whenThere } from "../core/soon.ts";
import { type Span, type TraceCarrier, silentTracing } from "../core/tracing.ts";
import { type PlacedOutcome, type ToolCall, callTool } from "./call-tool.ts";
import type { View } from "./connection-options.ts";
import { type Question, isQuestion } from "./dialogue.ts";
import { toErrorText } from "./errors.ts";
import { findPlace } from "./place.ts";
import type { Face, GrantedTool, ListedTool } from "./registry.ts";
import { type WireResult, toWireError, toWireResult } from "./result.ts";
import type { ServerDeps } from "./server-deps.ts";
import { clip } from "./text.ts";
import type { PreparedCall, ToolOutcome } from "./tool.ts";

/** One `tools/call` of either protocol era, without what is the wire's alone. */
export interface CallRequest extends Pick<ToolCall, "signal" | "dialogue" | "progress"> {
  readonly name: string;
  readonly rawArguments: unknown;
  /** The trace that the `_meta` of the call names. */
  readonly sent: TraceCarrier;
  /** What was looked up and checked already. Absent: it is done here. */
  readonly opened?: OpenedCall;
}

/** A call that only has to be run. */
export type ReadyCall = CallRequest & { readonly opened: OpenedCall };

/** A call whose tool was found and whose arguments passed. */
export interface OpenedCall {
  readonly granted: GrantedTool;
  readonly prepared: PreparedCall;
  readonly pinned: LocationId | undefined;
}

/**
 * Finds the tool of a call and checks its arguments. Undefined where it does not come to a run of the tool:
 * the tool is unknown, beyond the view or the grant, or its arguments are wrong.
 */
export function openCall(
  { name, rawArguments }: Pick<CallRequest, "name" | "rawArguments">,
  view: View,
  deps: ServerDeps,
): Soon<OpenedCall | undefined> {
  const { principal, tools } = view;
  return whenThere(findFace(view, deps), ({ face, pinned }) => {
    const granted = deps.registry.find(name, principal, face);
    if (granted?.ok !== true) return undefined;
    if (deps.registry.findLack({ tool: name, rawArguments }, principal, tools)) return undefined;
    const prepared = granted.value.variant.prepare(rawArguments);
    return prepared.ok ? { granted: granted.value, prepared: prepared.value, pinned } : undefined;
  });
}

/**
 * Runs a call, counts it and logs it. The one catch around tools: a bug becomes a plain tool error and a
 * log line with the cause. Throws `ProtocolError` where there is no such tool.
 */
export function answerCall(
  request: CallRequest,
  view: View,
  deps: ServerDeps,
): Soon<WireResult | Question> {
  const count = createToolCounter(deps, request.name);
  const fields = { tool: clip(request.name, 64), grantId: view.principal.grantId };
  return inToolSpan(deps, request, (span) => {
    const report = (outcome: string): void => {
      span.set({ "ghl.outcome": outcome });
      deps.log.info("tool called", { ...fields, outcome, durationMs: count(outcome) });
    };
    return trySoon<PlacedOutcome, WireResult | Question>(
      () => runCall(request, view, deps),
      ({ outcome, zone }) => {
        report(toWord(outcome));
        if (!outcome.ok) return toWireError(toErrorText(outcome.failure, deps.errorText));
        return isQuestion(outcome.value) ? outcome.value : toWireResult(outcome.value, zone);
      },
      (error) => {
        if (error instanceof ProtocolError) {
          count("protocol_error");
          throw error;
        }
        span.fail("exception");
        return answerBug({ error, log: deps.log.child(fields), report, signal: request.signal });
      },
    );
  });
}

/**
 * Runs a call in a span. The trace of its `_meta` goes before that of the HTTP request, since one
 * connection can carry the calls of many (MCP 2026-07-28, `_meta`).
 */
function inToolSpan<Outcome>(
  { registry, tracing = silentTracing }: ServerDeps,
  { name, sent }: CallRequest,
  work: (span: Span) => Soon<Outcome>,
): Soon<Outcome> {
  const tool = registry.has(name) ? name : "(unknown)";
  return tracing.inSpan(
    {
      name: `tools/call ${tool}`,
      kind: "server",
      attributes: { "mcp.method.name": "tools/call", "gen_ai.tool.name": tool },
      sent,
      sentFirst: true,
    },
    work,
  );
}

/** Counts one call under the name of its tool, never under one that a client made up. Gives the milliseconds. */
function createToolCounter(
  { clock, metrics, registry }: ServerDeps,
  name: string,
): (outcome: string) => number {
  const startedMs = clock.nowMs();
  const tool = registry.has(name) ? name : "(unknown)";
  return (outcome) => {
    const durationMs = clock.nowMs() - startedMs;
    metrics?.toolCall({ tool, outcome, durationMs });
    return durationMs;
  };
}

function answerBug({
  error,
  log,
  report,
  signal,
}: {
  readonly error: unknown;
  readonly log: ServerDeps["log"];
  readonly report: (outcome: string) => void;
  readonly signal: AbortSignal;
}): WireResult {
  if (isStoreAway(error)) {
    report(error.code);
    log.error("the store was away during a tool call", { cause: error });
    return toWireError("the server cannot reach its store right now; try again in a moment");
  }
  report(signal.aborted ? "aborted" : "bug");
  if (!signal.aborted) log.error("tool failed unexpectedly", { cause: error });
  return toWireError(
    "the server failed on this call; try once more, then tell the person who runs it",
  );
}

function runCall(request: CallRequest, view: View, deps: ServerDeps): Soon<PlacedOutcome> {
  const { name, rawArguments, opened, signal, dialogue, progress } = request;
  const { principal } = view;
  if (opened !== undefined) {
    const { granted, prepared, pinned } = opened;
    return callTool({ granted, prepared, pinned, principal, signal, dialogue, progress }, deps);
  }
  const call = { principal, signal, dialogue, progress };
  return whenThere(findFace(view, deps), ({ face, pinned }): Soon<PlacedOutcome> => {
    const granted = deps.registry.find(name, principal, face);
    if (granted === undefined) throw unknownTool(name, deps.registry.list(principal, face));
    if (!granted.ok) return { outcome: granted };
    const prepared = granted.value.variant.prepare(rawArguments);
    if (!prepared.ok) {
      return { outcome: fail({ kind: "invalid_arguments", problems: prepared.failure }) };
    }
    return callTool({ ...call, granted: granted.value, prepared: prepared.value, pinned }, deps);
  });
}

function toWord(outcome: ToolOutcome): string {
  if (!outcome.ok) return outcome.failure.kind;
  return isQuestion(outcome.value) ? "asked" : "ok";
}

/** The face of the tools that a view sees, and its only location. */
export function findFace(
  { principal, tools }: View,
  deps: ServerDeps,
): Soon<{ readonly face: Face; readonly pinned: LocationId | undefined }> {
  return whenThere(findPlace(principal, deps), (pinned) => ({
    pinned,
    face: { pinned: pinned !== undefined, tools },
  }));
}

function unknownTool(name: string, known: readonly ListedTool[]): ProtocolError {
  const names = known.map((tool) => tool.name).join(", ");
  return new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    `unknown tool "${clip(name, 64)}"; this grant has ${names === "" ? "no tools" : names}`,
  );
}
