import { type Pipeline, nameOfStage } from "./pipelines.ts";
import { type UpstreamRecord, isRecord, toText, toTime } from "./record.ts";

/**
 * An opportunity as lists show it, with its pipeline and stage by name. How to reach its contact is left
 * to get_contact and send_message: it would be a quarter of each row. Pure.
 */
export function toOpportunitySummary(
  record: UpstreamRecord,
  pipelines: readonly Pipeline[],
): UpstreamRecord {
  const pipeline = pipelines.find(({ id }) => id === record["pipelineId"]);
  const contact = isRecord(record["contact"]) ? record["contact"] : {};
  return {
    id: record["id"],
    name: record["name"],
    status: record["status"],
    value: record["monetaryValue"],
    pipeline: pipeline?.name ?? record["pipelineId"],
    stage: nameOfStage(pipeline, record["pipelineStageId"]),
    contact: { id: toText(record["contactId"]) ?? contact["id"], name: contact["name"] },
    assigned_to: record["assignedTo"],
    created: toTime(record["createdAt"]),
    updated: toTime(record["updatedAt"]),
    expected_close: record["forecastExpectedCloseDate"],
  };
}
