import {
  CLIENT_CAPABILITIES_META_KEY,
  type ElicitRequestFormParams,
  type ServerContext,
  inputResponse,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import type { Dialogue, PersonReply } from "./dialogue.ts";

/** The name of our one question within a result. */
export const QUESTION_KEY = "confirm";

/**
 * The form of a question. The box has no default: a client that accepts forms by itself, without
 * showing them, has nothing to send that would count as a yes.
 */
export const CONFIRM_SCHEMA: ElicitRequestFormParams["requestedSchema"] = {
  type: "object",
  properties: { confirm: { type: "boolean", title: "Yes, do this" } },
  required: ["confirm"],
};

const capabilities = z.object({
  elicitation: z.object({ form: z.unknown().optional(), url: z.unknown().optional() }).optional(),
});

/**
 * Whether a client with these capabilities can put a form to its person. One that states no mode knows
 * forms, the mode of all earlier revisions.
 */
export function canAskForm(clientCapabilities: unknown): boolean {
  const elicitation = capabilities.safeParse(clientCapabilities).data?.elicitation;
  return (
    elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined)
  );
}

/**
 * What the request says about asking the person. Clients of the current revision state their
 * capabilities with each request; older ones, which we serve without sessions, confirm by code.
 */
export function toDialogue({ mcpReq }: ServerContext): Dialogue {
  const envelope: Readonly<Record<string, unknown>> = { ...mcpReq.envelope };
  const state = mcpReq.requestState();
  return {
    // The SDK hands the envelope on as it came.
    canAsk: canAskForm(envelope[CLIENT_CAPABILITIES_META_KEY]),
    reply: typeof state === "string" ? { state, reply: toReply(mcpReq.inputResponses) } : undefined,
  };
}

/** Only a yes in so many words is one. */
function toReply(responses: Record<string, unknown> | undefined): PersonReply {
  const response = inputResponse(responses, QUESTION_KEY);
  return response.kind === "elicit" &&
    response.action === "accept" &&
    response.content?.["confirm"] === true
    ? "accepted"
    : "declined";
}
