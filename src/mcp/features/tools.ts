import {
  type CallToolResult,
  type InputRequiredResult,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
  type Tool as SdkTool,
  inputRequired,
} from "@modelcontextprotocol/server";
import type { LocationId } from "../../core/ids.ts";
import { AppError } from "../../core/errors.ts";
import type { Logger } from "../../core/logger.ts";
import { type Span, silentTracing } from "../../core/tracing.ts";
import { callTool } from "../call-tool.ts";
import type { View } from "../connection-options.ts";
import { type Question, isQuestion } from "../dialogue.ts";
import { toErrorText } from "../errors.ts";
import { findPlace } from "../place.ts";
import type { Face, ListedTool } from "../registry.ts";
import { toWireError, toWireResult } from "../result.ts";
import { LIST_CACHE, type ServerDeps } from "../server-deps.ts";
import { clip } from "../text.ts";
import type { ToolOutcome } from "../tool.ts";
import { CONFIRM_SCHEMA, QUESTION_KEY, toDialogue } from "../wire-dialogue.ts";
import { toProgressReporter } from "../wire-progress.ts";
import type { Feature } from "./feature.ts";

/** `tools/list` and `tools/call`. */
export const toolsFeature: Feature = {
  capabilities: { tools: {} },
  cacheHints: { "tools/list": LIST_CACHE },
  register: (server, view, deps) => {
    server.setRequestHandler("tools/list", async () => ({
      tools: (await listTools(view, deps)).map(toSdkTool),
    }));
    server.setRequestHandler("tools/call", ({ params }, context) =>
      answerCall({ name: params.name, rawArguments: params.arguments, context }, view, deps),
    );
  },
};

/** The tools of a view, in order. */
export async function listTools(view: View, deps: ServerDeps): Promise<readonly ListedTool[]> {
  const { face } = await findFace(view, deps);
  return deps.registry.list(view.principal, face);
}

/** One `tools/call` as it came in. */
interface CallRequest {
  readonly name: string;
  readonly rawArguments: unknown;
  readonly context: ServerContext;
}

/** The one catch around tools: a bug becomes a plain tool error and a log line with the cause. */
async function answerCall(
  request: CallRequest,
  view: View,
  deps: ServerDeps,
): Promise<CallToolResult | InputRequiredResult> {
  const startedMs = deps.clock.nowMs();
  const { principal } = view;
  const log = deps.log.child({ tool: clip(request.name, 64), grantId: principal.grantId });
  const count = createToolCounter(deps, request.name, startedMs);
  return inToolSpan(deps, request, async (span) => {
    const report = (outcome: string): void => {
      span.set({ "ghl.outcome": outcome });
      log.info("tool called", count(outcome));
    };
    try {
      const outcome = await runCall(request, view, deps);
      report(toWord(outcome));
      if (!outcome.ok) return toWireError(toErrorText(outcome.failure, deps.errorText));
      return isQuestion(outcome.value)
        ? toInputRequired(outcome.value)
        : toWireResult(outcome.value);
    } catch (error) {
      if (error instanceof ProtocolError) {
        count("protocol_error");
        throw error;
      }
      span.fail("exception");
      return answerBug({ error, log, report, signal: request.context.mcpReq.signal });
    }
  });
}

/**
 * Runs a call in a span. The trace of its `_meta` goes before that of the HTTP request, since one
 * connection can carry the calls of many (MCP 2026-07-28, `_meta`).
 */
function inToolSpan<Outcome>(
  { registry, tracing = silentTracing }: ServerDeps,
  { name, context }: CallRequest,
  work: (span: Span) => Promise<Outcome>,
): Promise<Outcome> {
  const tool = registry.has(name) ? name : "(unknown)";
  const { traceparent, tracestate } = context.mcpReq._meta ?? {};
  return tracing.inSpan(
    {
      name: `tools/call ${tool}`,
      kind: "server",
      attributes: { "mcp.method.name": "tools/call", "gen_ai.tool.name": tool },
      sent: { traceparent, tracestate },
      sentFirst: true,
    },
    work,
  );
}

/** Counts one call under the name of its tool, never under one that a client made up. */
function createToolCounter(
  { clock, metrics, registry }: ServerDeps,
  name: string,
  startedMs: number,
): (outcome: string) => { readonly outcome: string; readonly durationMs: number } {
  const tool = registry.has(name) ? name : "(unknown)";
  return (outcome) => {
    const durationMs = clock.nowMs() - startedMs;
    metrics?.toolCall({ tool, outcome, durationMs });
    return { outcome, durationMs };
  };
}

function answerBug({
  error,
  log,
  report,
  signal,
}: {
  readonly error: unknown;
  readonly log: Logger;
  readonly report: (outcome: string) => void;
  readonly signal: AbortSignal;
}): CallToolResult {
  if (error instanceof AppError && error.code === "storage_unavailable") {
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

async function runCall(
  { name, rawArguments, context }: CallRequest,
  view: View,
  deps: ServerDeps,
): Promise<ToolOutcome> {
  const { principal } = view;
  const { face, pinned } = await findFace(view, deps);
  const granted = deps.registry.find(name, principal, face);
  if (granted === undefined) throw unknownTool(name, deps.registry.list(principal, face));
  if (!granted.ok) return granted;
  return callTool(
    {
      granted: granted.value,
      rawArguments,
      principal,
      pinned,
      signal: context.mcpReq.signal,
      dialogue: toDialogue(context),
      progress: toProgressReporter(context),
    },
    deps,
  );
}

function toWord(outcome: ToolOutcome): string {
  if (!outcome.ok) return outcome.failure.kind;
  return isQuestion(outcome.value) ? "asked" : "ok";
}

function toInputRequired({ message, state }: Question): InputRequiredResult {
  return inputRequired({
    inputRequests: {
      [QUESTION_KEY]: inputRequired.elicit({ message, requestedSchema: CONFIRM_SCHEMA }),
    },
    requestState: state,
  });
}

async function findFace(
  { principal, tools }: View,
  deps: ServerDeps,
): Promise<{ readonly face: Face; readonly pinned: LocationId | undefined }> {
  const pinned = await findPlace(principal, deps);
  return { pinned, face: { pinned: pinned !== undefined, tools } };
}

function unknownTool(name: string, known: readonly ListedTool[]): ProtocolError {
  const names = known.map((tool) => tool.name).join(", ");
  return new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    `unknown tool "${clip(name, 64)}"; this grant has ${names === "" ? "no tools" : names}`,
  );
}

/** The SDK's type is mutable; a shallow copy leaves our frozen values unshared with it. */
function toSdkTool({ annotations, inputSchema, outputSchema, ...tool }: ListedTool): SdkTool {
  return {
    ...tool,
    inputSchema: { ...inputSchema },
    ...(outputSchema === undefined ? {} : { outputSchema: { ...outputSchema } }),
    annotations: { ...annotations },
  };
}
