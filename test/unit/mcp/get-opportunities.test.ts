import { describe, expect, it } from "vitest";
import { ok } from "../../../src/core/result.ts";
import { createHarness, toPinned } from "./fixtures.ts";

const SEARCH = "opportunities.search-opportunity";
const PIPELINES = ok({
  pipelines: [
    {
      id: "p1",
      name: "Sales",
      stages: [
        { id: "s1", name: "New" },
        { id: "s2", name: "Won over" },
      ],
    },
    {
      id: "p2",
      name: "Renewals",
      stages: [
        { id: "s3", name: "New" },
        { id: "s4", name: "Signed" },
      ],
    },
  ],
});
const DEAL = {
  id: "deal-1",
  name: "Big deal",
  monetaryValue: 500,
  pipelineId: "p1",
  pipelineStageId: "s2",
  status: "open",
  contactId: "c1",
  contact: { id: "c1", name: "Ann", email: "ann@example.com", tags: ["x"] },
  createdAt: "2026-01-02T03:04:05.678Z",
  notes: [],
};
const found = ok({
  opportunities: [DEAL],
  meta: { total: 1, startAfter: 5, startAfterId: "deal-1" },
});
const answers = { "opportunities.get-pipelines": PIPELINES, [SEARCH]: found };

describe("get_opportunities", () => {
  it("gives deals with their pipeline and stage by name", async () => {
    const harness = createHarness(answers);
    const { data } = await harness.call(toPinned(), "get_opportunities");
    expect(data).toEqual({
      opportunities: [
        {
          id: "deal-1",
          name: "Big deal",
          status: "open",
          value: 500,
          pipeline: "Sales",
          stage: "Won over",
          contact: { id: "c1", name: "Ann" },
          created: "2026-01-02T04:04:05+01:00",
        },
      ],
      total: 1,
    });
  });

  it("searches by names of pipeline and stage, letter case aside, and by everything else", async () => {
    const harness = createHarness(answers);
    await harness.call(toPinned(), "get_opportunities", {
      query: "big",
      pipeline: "sales",
      stage: "NEW",
      status: "open",
      assigned_to: "u1",
      contact_id: "c1",
      limit: 7,
    });
    expect(harness.calls[1]?.parameters).toEqual({
      q: "big",
      pipelineId: "p1",
      pipelineStageId: "s1",
      status: "open",
      assignedTo: "u1",
      contactId: "c1",
      limit: 7,
    });
  });

  it("finds the pipeline of a stage that only one has, and takes ids", async () => {
    const harness = createHarness(answers);
    await harness.call(toPinned(), "get_opportunities", { stage: "signed" });
    expect(harness.calls[1]?.parameters).toMatchObject({ pipelineId: "p2", pipelineStageId: "s4" });
    await harness.call(toPinned(), "get_opportunities", { pipeline: "p2", stage: "s3" });
    expect(harness.calls[3]?.parameters).toMatchObject({ pipelineId: "p2", pipelineStageId: "s3" });
  });

  it.each([
    [{ pipeline: "Sails" }, '"pipeline" must name one of "Sales", "Renewals"'],
    [{ pipeline: "Sales", stage: "Signed" }, '"stage" must name one of "New", "Won over"'],
    [{ stage: "new" }, '"pipeline" must name one of "Sales (p1)", "Renewals (p2)"'],
    [{ status: "closed" }, '"status" must be one of "open", "won"'],
  ])("refuses %j without searching", async (args, text) => {
    const harness = createHarness(answers);
    const result = await harness.call(toPinned(), "get_opportunities", args);
    expect(result.isError).toBe(true);
    expect(result.text).toContain(text);
    expect(harness.calls.map(({ operation }) => operation)).not.toContain(SEARCH);
  });

  it("goes on after the last deal of a short page, to the one that reaches the total", async () => {
    const harness = createHarness({
      ...answers,
      [SEARCH]: async ({ parameters }) => {
        const id = parameters?.["startAfterId"] === undefined ? "deal-1" : "deal-2";
        const meta = { total: 2, startAfter: 5, startAfterId: id };
        return ok({ opportunities: [{ ...DEAL, id }], meta });
      },
    });
    const first = await harness.call(toPinned(), "get_opportunities");
    const second = await harness.call(toPinned(), "get_opportunities", {
      cursor: first.data["next_cursor"],
    });
    expect(harness.calls[3]?.parameters).toMatchObject({ startAfter: 5, startAfterId: "deal-1" });
    expect(second.data["opportunities"]).toMatchObject([{ id: "deal-2" }]);
    expect(second.data).not.toHaveProperty("next_cursor");
  });
});
