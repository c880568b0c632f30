import { z } from "zod";
import { type Result, fail, ok } from "../../core/result.ts";
import type { ToolFailure } from "../failure.ts";
import { toMessageSummary } from "../message-summary.ts";
import { optional } from "../optional.ts";
import {
  CURSOR_FIELD,
  type Following,
  pageOutput,
  readCursor,
  toPage,
  toPageSize,
} from "../page.ts";
import { isRecord, toRecords, toText } from "../record.ts";
import { type LocationContext, defineTool } from "../tool.ts";
import { wrongArgument } from "../wrong-argument.ts";

const input = z.strictObject({
  contact_id: z.string().max(64).optional(),
  conversation_id: z.string().max(64).optional(),
  limit: z.int().min(1).max(100).default(20),
  cursor: CURSOR_FIELD,
});

/** The messages with one person, the newest first. */
export const getConversation = defineTool({
  name: "get_conversation",
  title: "Get conversation",
  description: "Messages with a contact, newest first, over all channels.",
  access: "read",
  area: "conversations",
  target: "location",
  annotations: {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: true,
  },
  input,
  output: pageOutput("messages").extend({ conversation_id: z.string().optional() }),
  run: async (args, context) => {
    const at = readCursor(args.cursor);
    if (!at.ok) return at;
    const found = await findConversation(args, context);
    if (!found.ok) return found;
    const conversationId = found.value;
    if (conversationId === undefined) {
      return ok({ messages: [], note: "there is no conversation with this contact yet" });
    }
    const answer = await context.call("conversations.get-messages", {
      parameters: {
        conversationId,
        limit: toPageSize(at.value, args.limit),
        ...optional("lastMessageId", at.value.from?.[0]),
      },
    });
    if (!answer.ok) return answer;
    const list = isRecord(answer.value) ? answer.value["messages"] : undefined;
    if (!isRecord(list)) return fail({ kind: "malformed_answer", status: 200 });
    const last = toText(list["lastMessageId"]);
    const following: Following = last === undefined ? "lost" : [last];
    const page = toPage({
      cursor: at.value,
      records: toRecords(list["messages"]).map(toMessageSummary),
      limit: args.limit,
      next: list["nextPage"] === true ? following : undefined,
    });
    return ok({ conversation_id: conversationId, messages: page.records, ...page.more });
  },
});

/** The conversation that was named, or the one with the contact; undefined where there is none. */
async function findConversation(
  { contact_id: contactId, conversation_id: conversationId }: z.output<typeof input>,
  context: LocationContext,
): Promise<Result<string | undefined, ToolFailure>> {
  if ((contactId === undefined) === (conversationId === undefined)) {
    return wrongArgument("", "give either contact_id or conversation_id");
  }
  if (conversationId !== undefined) return ok(conversationId);
  const answer = await context.call("conversations.search-conversation", {
    parameters: { contactId, limit: 1 },
  });
  if (!answer.ok) return answer;
  const [conversation] = isRecord(answer.value) ? toRecords(answer.value["conversations"]) : [];
  return ok(toText(conversation?.["id"]));
}
