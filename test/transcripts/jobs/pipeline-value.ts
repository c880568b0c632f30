import { expect } from "vitest";
import { type Job, first, found, rows } from "../job.ts";
import type { World } from "../world.ts";

const MORE_DEALS = 120;

type Totals = Readonly<Record<string, number>>;

/** More deals than one page holds. */
const arrange = async (world: World): Promise<void> => {
  const { pipelines } = await world.get(`/opportunities/pipelines?locationId=${world.here}`);
  const { id, stages } = first(pipelines as { id: string; stages: { id: string }[] }[]);
  const { contacts } = await world.send("POST", "/contacts/search", {
    locationId: world.here,
    pageLimit: 1,
  });
  for (let index = 0; index < MORE_DEALS; index += 1) {
    await world.send("POST", "/opportunities/", {
      locationId: world.here,
      pipelineId: id,
      pipelineStageId: stages[index % stages.length]?.id,
      contactId: first(contacts as { id: string }[]).id,
      name: `Exam ${index}`,
      status: "open",
      monetaryValue: 100 + index,
    });
  }
};

const addUp = (deals: readonly Readonly<Record<string, unknown>>[]): Totals => {
  const totals: Record<string, number> = {};
  for (const deal of deals) {
    const stage = String(deal["pipelineStageId"]);
    totals[stage] = (totals[stage] ?? 0) + Number(deal["monetaryValue"] ?? 0);
  }
  return totals;
};

/** The value of a pipeline by stage, over all pages. */
export const pipelineValue: Job = {
  ask: "What are our open deals worth, by stage?",
  grant: "one location",
  confirmation: "by code",
  arrange,
  run: async (session, world) => {
    const ways = await session.call("search_operations", {
      query: "deals by stage, pipelines and their stages",
      limit: 4,
    });
    found(ways.text, "opportunities.search-opportunity", "opportunities.get-pipelines");
    const pipelines = await session.call("read_operation", {
      operation: "opportunities.get-pipelines",
    });
    const ask = {
      operation: "opportunities.search-opportunity",
      parameters: { status: "open" },
      fields: ["pipelineStageId", "monetaryValue"],
      pages: 20,
    };
    const deals: Readonly<Record<string, unknown>>[] = [];
    let cursor: unknown;
    do {
      const page = await session.call("read_operation", {
        ...ask,
        ...(cursor === undefined ? {} : { cursor }),
      });
      deals.push(...rows(page.data, "opportunities"));
      cursor = page.data["next_cursor"];
    } while (cursor !== undefined);

    const expected: Readonly<Record<string, unknown>>[] = [];
    for (let page = 1; ; page += 1) {
      const query = `location_id=${world.here}&status=open&limit=100&page=${page}`;
      const { opportunities } = await world.get(`/opportunities/search?${query}`);
      const found = opportunities as Readonly<Record<string, unknown>>[];
      if (found.length === 0) break;
      expected.push(...found);
    }
    expect(expected.length).toBeGreaterThan(MORE_DEALS);
    expect(addUp(deals)).toEqual(addUp(expected));
    for (const stage of Object.keys(addUp(deals))) expect(pipelines.text).toContain(stage);
    expect(world.writes()).toEqual([]);
  },
};
