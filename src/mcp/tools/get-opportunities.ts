import { z } from "zod";
import { fail, ok } from "../../core/result.ts";
import {
  CURSOR_FIELD,
  type Position,
  pageOutput,
  readCursor,
  toFollowing,
  toPage,
  toPageSize,
} from "../page.ts";
import { toOpportunitySummary } from "../opportunity-summary.ts";
import { optional } from "../optional.ts";
import { choosePipeline, toPipelines } from "../pipelines.ts";
import { type UpstreamRecord, isRecord, toCount, toRecords } from "../record.ts";
import { defineTool } from "../tool.ts";

/** Lists deals, with their pipeline and stage by name. */
export const getOpportunities = defineTool({
  name: "get_opportunities",
  title: "Get opportunities",
  description: "List or search opportunities (deals).",
  access: "read",
  area: "opportunities",
  target: "location",
  annotations: {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: true,
  },
  input: z.strictObject({
    query: z.string().max(75).optional(),
    pipeline: z.string().min(1).max(100).optional().describe("Name or id"),
    stage: z.string().min(1).max(100).optional().describe("Name or id"),
    status: z.enum(["open", "won", "lost", "abandoned", "all"]).optional(),
    assigned_to: z.string().max(64).optional().describe("User id"),
    contact_id: z.string().max(64).optional(),
    limit: z.int().min(1).max(100).default(20),
    cursor: CURSOR_FIELD,
  }),
  output: pageOutput("opportunities"),
  run: async (args, context) => {
    const at = readCursor(args.cursor);
    if (!at.ok) return at;
    const listed = await context.call("opportunities.get-pipelines");
    if (!listed.ok) return listed;
    const pipelines = toPipelines(listed.value);
    const chosen = choosePipeline(pipelines, args);
    if (!chosen.ok) return chosen;
    const answer = await context.call("opportunities.search-opportunity", {
      parameters: {
        ...chosen.value,
        ...optional("q", args.query),
        ...optional("status", args.status),
        ...optional("assignedTo", args.assigned_to),
        ...optional("contactId", args.contact_id),
        ...optional("startAfter", at.value.from?.[0]),
        ...optional("startAfterId", at.value.from?.[1]),
        limit: toPageSize(at.value, args.limit),
      },
    });
    if (!answer.ok) return answer;
    if (!isRecord(answer.value)) return fail({ kind: "malformed_answer", status: 200 });
    const records = toRecords(answer.value["opportunities"]);
    const meta = isRecord(answer.value["meta"]) ? answer.value["meta"] : {};
    const total = toCount(meta["total"]);
    const page = toPage({
      cursor: at.value,
      records: records.map((record) => toOpportunitySummary(record, pipelines)),
      limit: args.limit,
      next: toFollowing({ cursor: at.value, records, total, position: toPosition(meta) }),
    });
    return ok({ opportunities: page.records, total, ...page.more });
  },
});

function toPosition(meta: UpstreamRecord): Position | undefined {
  const { startAfter, startAfterId } = meta;
  const usable = typeof startAfter === "number" || typeof startAfter === "string";
  return usable && typeof startAfterId === "string" ? [startAfter, startAfterId] : undefined;
}
