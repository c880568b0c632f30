import { type Result, ok } from "../core/result.ts";
import type { ToolFailure } from "./failure.ts";
import { isCalled, type Named, toLabel, wrongChoice } from "./named-choice.ts";
import { isRecord, toRecords, toText } from "./record.ts";

/** A pipeline with its stages in order. */
export interface Pipeline extends Named {
  readonly stages: readonly Named[];
}

/** Reads the answer of `GET /opportunities/pipelines`; what is not a pipeline is left out. */
export function toPipelines(answer: unknown): readonly Pipeline[] {
  if (!isRecord(answer)) return [];
  return toRecords(answer["pipelines"]).flatMap((record) =>
    toNamed(record).map((named) => ({
      ...named,
      stages: toRecords(record["stages"]).flatMap(toNamed),
    })),
  );
}

/** The name of a stage, or its id where the pipeline does not know it. */
export function nameOfStage(pipeline: Pipeline | undefined, stageId: unknown): string | undefined {
  return pipeline?.stages.find(({ id }) => id === stageId)?.name ?? toText(stageId);
}

/** What the caller asked for, by id or by name. */
export interface PipelineChoice {
  readonly pipeline?: string | undefined;
  readonly stage?: string | undefined;
}

/**
 * The ids to search by. A stage is looked for in the pipeline that was named, or in all; a stage name
 * that several pipelines use asks for the pipeline too. Pure.
 */
export function choosePipeline(
  pipelines: readonly Pipeline[],
  { pipeline, stage }: PipelineChoice,
): Result<{ readonly pipelineId?: string; readonly pipelineStageId?: string }, ToolFailure> {
  const candidates =
    pipeline === undefined ? pipelines : pipelines.filter((one) => isCalled(one, pipeline));
  if (pipeline !== undefined && candidates.length !== 1) {
    return wrong(
      "pipeline",
      candidates.length > 1 ? candidates.map(toLabel) : pipelines.map(({ name }) => name),
    );
  }
  const only = pipeline === undefined ? undefined : candidates[0];
  if (stage === undefined) return ok(only === undefined ? {} : { pipelineId: only.id });
  const hits = candidates.flatMap((one) =>
    one.stages
      .filter((each) => isCalled(each, stage))
      .map((each) => ({ pipeline: one, stage: each })),
  );
  const [hit] = hits;
  if (hit !== undefined && hits.length === 1) {
    return ok({ pipelineId: hit.pipeline.id, pipelineStageId: hit.stage.id });
  }
  if (hits.length > 1)
    return wrong(
      "pipeline",
      hits.map((each) => toLabel(each.pipeline)),
    );
  return wrong(
    "stage",
    candidates.flatMap(({ stages }) => stages.map(({ name }) => name)),
  );
}

function wrong(argument: string, choices: readonly string[]): Result<never, ToolFailure> {
  return wrongChoice(argument, choices, "this location has no pipelines");
}

function toNamed(record: Readonly<Record<string, unknown>>): readonly Named[] {
  const id = toText(record["id"]);
  return id === undefined ? [] : [{ id, name: toText(record["name"]) ?? id }];
}
