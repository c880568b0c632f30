import { describe, expect, it } from "vitest";
import { ok } from "../../../src/core/result.ts";
import { createHarness, toPinned } from "./fixtures.ts";

const STAGES = (prefix: string) => [
  { id: `${prefix}-new`, name: "New" },
  { id: `${prefix}-won`, name: "Closing" },
];
const ANSWERS = {
  "opportunities.get-pipelines": ok({
    pipelines: [
      { id: "sales", name: "Sales", stages: STAGES("sales") },
      { id: "care", name: "Care", stages: STAGES("care") },
    ],
  }),
  "opportunities.get-opportunity": ok({ opportunity: { id: "o1", pipelineId: "care" } }),
  "opportunities.update-opportunity": ok({
    opportunity: {
      id: "o1",
      name: "Deal",
      status: "open",
      pipelineId: "care",
      pipelineStageId: "care-won",
    },
  }),
};

const changeOf = async (args: Record<string, unknown>) => {
  const harness = createHarness(ANSWERS);
  const result = await harness.call(toPinned(), "update_opportunity", {
    opportunity_id: "o1",
    ...args,
  });
  const put = harness.calls.find(
    ({ operation }) => operation === "opportunities.update-opportunity",
  );
  return { result, body: put?.body, operations: harness.calls.map(({ operation }) => operation) };
};

describe("update_opportunity", () => {
  it("finds a stage by its name in the deal's own pipeline, where others have one of that name", async () => {
    const { body, result } = await changeOf({ stage: "closing" });
    expect(body).toEqual({ pipelineId: "care", pipelineStageId: "care-won" });
    expect(result.data["opportunity"]).toMatchObject({ pipeline: "Care", stage: "Closing" });
  });

  it("moves a deal to another pipeline when that is named", async () => {
    const { body, operations } = await changeOf({ pipeline: "Sales", stage: "New" });
    expect(body).toEqual({ pipelineId: "sales", pipelineStageId: "sales-new" });
    expect(operations).not.toContain("opportunities.get-opportunity");
  });

  it("sets status, value and the rest without looking the deal up", async () => {
    const { body, operations } = await changeOf({
      status: "won",
      value: 0,
      expected_close: "2026-05-31",
    });
    expect(body).toEqual({
      status: "won",
      monetaryValue: 0,
      forecastExpectedCloseDate: "2026-05-31",
    });
    expect(operations).toEqual(["opportunities.get-pipelines", "opportunities.update-opportunity"]);
  });

  it.each([
    [{}, "names nothing to change"],
    [{ pipeline: "Sales" }, '"stage" is required with pipeline'],
    [{ stage: "Lost in space" }, '"stage" must name one of "New", "Closing"'],
    [{ pipeline: "Shop", stage: "New" }, '"pipeline" must name one of "Sales", "Care"'],
    [{ status: "closed" }, '"status"'],
  ])("refuses %j and changes nothing", async (args, text) => {
    const { result, body } = await changeOf(args);
    expect(result).toMatchObject({ isError: true, text: expect.stringContaining(text) });
    expect(body).toBeUndefined();
  });
});
