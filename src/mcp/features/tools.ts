import type {
  CallToolResult,
  InputRequiredResult,
  ServerContext,
  Tool as SdkTool,
} from "@modelcontextprotocol/server";
import { inputRequired } from "@modelcontextprotocol/server";
import { type Soon, whenThere } from "../../core/soon.ts";
import { answerCall, findFace } from "../answer-call.ts";
import type { View } from "../connection-options.ts";
import { type Question, isQuestion } from "../dialogue.ts";
import type { ListedTool } from "../registry.ts";
import { LIST_CACHE, type ServerDeps } from "../server-deps.ts";
import { CONFIRM_SCHEMA, QUESTION_KEY, toDialogue } from "../wire-dialogue.ts";
import { toProgressReporter } from "../wire-progress.ts";
import type { Feature } from "./feature.ts";

/** `tools/list` and `tools/call`. */
export const toolsFeature: Feature = {
  cacheHints: { "tools/list": LIST_CACHE },
  register: (server, view, deps) => {
    server.setRequestHandler("tools/list", async () => ({
      tools: (await listTools(view, deps)).map(toSdkTool),
    }));
    server.setRequestHandler("tools/call", async ({ params }, context) => {
      const call = { name: params.name, rawArguments: params.arguments, ...toCall(context) };
      return toSdkResult(await answerCall(call, view, deps));
    });
  },
};

/** The tools of a view, in order. */
export function listTools(view: View, deps: ServerDeps): Soon<readonly ListedTool[]> {
  return whenThere(findFace(view, deps), ({ face }) => deps.registry.list(view.principal, face));
}

function toCall(context: ServerContext) {
  const { traceparent, tracestate } = context.mcpReq._meta ?? {};
  return {
    sent: { traceparent, tracestate },
    signal: context.mcpReq.signal,
    dialogue: toDialogue(context),
    progress: toProgressReporter(context),
  };
}

function toSdkResult(
  answer: Awaited<ReturnType<typeof answerCall>>,
): CallToolResult | InputRequiredResult {
  return isQuestion(answer) ? toInputRequired(answer) : answer;
}

function toInputRequired({ message, state }: Question): InputRequiredResult {
  return inputRequired({
    inputRequests: {
      [QUESTION_KEY]: inputRequired.elicit({ message, requestedSchema: CONFIRM_SCHEMA }),
    },
    requestState: state,
  });
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
