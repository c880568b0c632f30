import { z } from "zod";
import { type Result, ok } from "../../core/result.ts";
import type { ToolFailure } from "../failure.ts";
import { toOpportunitySummary } from "../opportunity-summary.ts";
import { optional } from "../optional.ts";
import { type Pipeline, choosePipeline, toPipelines } from "../pipelines.ts";
import { isRecord, toText } from "../record.ts";
import { type LocationContext, defineTool } from "../tool.ts";
import { wrongArgument } from "../wrong-argument.ts";

const input = z.strictObject({
  opportunity_id: z.string().min(1).max(64),
  stage: z.string().min(1).max(100).optional().describe("Name or id"),
  pipeline: z.string().min(1).max(100).optional(),
  status: z.enum(["open", "won", "lost", "abandoned"]).optional(),
  name: z.string().trim().min(1).max(200).optional(),
  value: z.number().min(0).optional(),
  assigned_to: z.string().max(64).optional().describe("User id"),
  expected_close: z.iso.date().optional(),
});

type Change = z.output<typeof input>;

/** Moves or changes a deal; the stage can be named as people know it. */
export const updateOpportunity = defineTool({
  name: "update_opportunity",
  title: "Update opportunity",
  description: "Move a deal to a stage, set status, value, owner, name.",
  access: "write",
  area: "opportunities",
  target: "location",
  annotations: {
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: true,
  },
  input,
  run: async (args, context) => {
    const { opportunity_id: id, ...change } = args;
    if (Object.values(change).every((value) => value === undefined)) {
      return wrongArgument("", "names nothing to change");
    }
    if (args.pipeline !== undefined && args.stage === undefined) {
      return wrongArgument("stage", "is required with pipeline: each has stages of its own");
    }
    const pipelines = await readPipelines(context);
    if (!pipelines.ok) return pipelines;
    const place = await choosePlace(args, pipelines.value, context);
    if (!place.ok) return place;
    const answer = await context.call("opportunities.update-opportunity", {
      parameters: { id },
      body: {
        ...place.value,
        ...optional("status", args.status),
        ...optional("name", args.name),
        ...optional("monetaryValue", args.value),
        ...optional("assignedTo", args.assigned_to),
        ...optional("forecastExpectedCloseDate", args.expected_close),
      },
    });
    if (!answer.ok) return answer;
    const updated = isRecord(answer.value) ? answer.value["opportunity"] : undefined;
    return isRecord(updated)
      ? ok({ opportunity: toOpportunitySummary(updated, pipelines.value) })
      : ok({ updated: id });
  },
});

async function readPipelines(
  context: LocationContext,
): Promise<Result<readonly Pipeline[], ToolFailure>> {
  const answer = await context.call("opportunities.get-pipelines");
  return answer.ok ? ok(toPipelines(answer.value)) : answer;
}

/** A stage alone is one of the deal's own pipeline: other pipelines may have one of the same name. */
async function choosePlace(
  { opportunity_id: id, pipeline, stage }: Change,
  pipelines: readonly Pipeline[],
  context: LocationContext,
): Promise<ReturnType<typeof choosePipeline>> {
  if (stage === undefined) return ok({});
  if (pipeline !== undefined) return choosePipeline(pipelines, { pipeline, stage });
  const answer = await context.call("opportunities.get-opportunity", { parameters: { id } });
  if (!answer.ok) return answer;
  const current = isRecord(answer.value) ? answer.value["opportunity"] : undefined;
  const own = isRecord(current) ? toText(current["pipelineId"]) : undefined;
  return choosePipeline(pipelines, { pipeline: own, stage });
}
