import { expect } from "vitest";
import { type Job, first, found, rows } from "../job.ts";
import type { World } from "../world.ts";

const ASK = "Give every VIP who joined since August and has no open deal a task to call them.";
const TITLE = "Call about next steps";
const DUE = "2026-11-04T17:00:00Z";

/** One of the VIPs gets a deal, so that there is somebody to leave out. */
const arrange = async (world: World): Promise<void> => {
  const vip = first(await vips(world));
  const { pipelines } = await world.get(`/opportunities/pipelines?locationId=${world.here}`);
  const pipeline = first(pipelines as { id: string; stages: { id: string }[] }[]);
  await world.send("POST", "/opportunities/", {
    locationId: world.here,
    pipelineId: pipeline.id,
    pipelineStageId: first(pipeline.stages).id,
    contactId: vip.id,
    name: "Whitening",
    status: "open",
  });
};

/** The VIPs as GoHighLevel finds them. */
const vips = async (world: World): Promise<readonly { readonly id: string }[]> => {
  const { contacts } = await world.send("POST", "/contacts/search", {
    locationId: world.here,
    pageLimit: 100,
    filters: [
      { field: "tags", operator: "contains", value: "vip" },
      { field: "dateAdded", operator: "range", value: { gte: "2026-08-01" } },
    ],
  });
  return contacts as { id: string }[];
};

/** Find the contacts of a tag with no open deal, and add a task to each. */
export const taskForEachWithoutDeal: Job = {
  ask: ASK,
  grant: "one location",
  confirmation: "by code",
  arrange,
  run: async (session, world) => {
    const people = await session.call("search_contacts", {
      tags: ["vip"],
      added_after: "2026-08-01",
      fields: ["contactName"],
      limit: 100,
    });
    const ways = await session.call("search_operations", {
      query: "search deals, add a task to a contact",
      limit: 4,
    });
    found(ways.text, "opportunities.search-opportunity", "contacts.create-task");
    const deals = await session.call("read_operation", {
      operation: "opportunities.search-opportunity",
      parameters: { status: "open" },
      fields: ["contactId"],
      pages: 10,
    });
    expect(deals.data).not.toHaveProperty("next_cursor");
    await session.call("describe_operation", { operation: "contacts.create-task" });
    const busy = new Set(rows(deals.data, "opportunities").map((deal) => deal["contactId"]));
    const free = rows(people.data, "contacts").filter(({ id }) => !busy.has(id));
    for (const { id } of free) {
      await session.call("write_operation", {
        operation: "contacts.create-task",
        parameters: { contactId: id },
        body: { title: TITLE, dueDate: DUE, completed: false },
      });
    }

    const all = await vips(world);
    const withTask: boolean[] = [];
    const withDeal: boolean[] = [];
    for (const { id } of all) {
      const { tasks } = await world.get(`/contacts/${id}/tasks`);
      withTask.push((tasks as { title: string }[]).some(({ title }) => title === TITLE));
      const query = `location_id=${world.here}&contact_id=${id}&status=open`;
      const { opportunities } = await world.get(`/opportunities/search?${query}`);
      withDeal.push((opportunities as unknown[]).length > 0);
    }
    expect(withTask).toEqual(withDeal.map((has) => !has));
    expect(new Set(withDeal)).toEqual(new Set([true, false]));
    expect(world.writes()).toHaveLength(free.length);
  },
};
