import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seedWorld } from "../../../src/sandbox/seed/seed-world.ts";
import { at, idAt, idsAt, type OpenSandbox, openSandbox, rowsAt, V3 } from "./open-sandbox.ts";

const world = seedWorld(1);
let open: OpenSandbox;

beforeAll(async () => {
  open = await openSandbox();
});
afterAll(() => open.sandbox.close());

const deals = () =>
  [...world.opportunities.values()].filter(({ locationId }) => locationId === open.here);
const pipeline = () => world.pipelines.find(({ locationId }) => locationId === open.here);

const upsert = (fields: Readonly<Record<string, unknown>>, request = {}) =>
  open.ask(
    "POST /opportunities/upsert",
    {
      locationId: open.here,
      pipelineId: pipeline()?.id,
      followers: [],
      isRemoveAllFollowers: false,
      followersActionType: "add",
      ...fields,
    },
    request,
  );

const createContact = async (email: string) =>
  idAt(await open.ask("POST /contacts/", { locationId: open.here, email }), "contact");

describe("an upsert of opportunities", () => {
  it("adds a deal, then changes the one of the contact in the pipeline, or the one with the id", async () => {
    const contactId = await createContact("upsert@example.com");
    const first = await upsert({
      contactId,
      name: "Veneers",
      monetaryValue: 100,
      followers: ["u1"],
    });
    expect(first).toMatchObject({
      status: 200,
      body: { new: true, opportunity: { name: "Veneers", status: "open", followers: ["u1"] } },
    });
    const second = await upsert({ contactId, status: "won", followers: ["u2"] });
    expect(second.body).toMatchObject({
      new: false,
      opportunity: {
        id: idAt(first, "opportunity"),
        name: "Veneers",
        status: "won",
        followers: ["u1", "u2"],
      },
    });
    const id = idAt(first, "opportunity");
    const third = await upsert({
      id,
      name: "Crowns",
      followers: ["u1"],
      followersActionType: "remove",
    });
    expect(third.body).toMatchObject({
      new: false,
      opportunity: { name: "Crowns", followers: ["u2"] },
    });
    expect(at(await upsert({ id, isRemoveAllFollowers: true }), "opportunity.followers")).toEqual(
      [],
    );
  });

  it("adds a deal that belongs to no one, in the casing of v3", async () => {
    const made = await upsert({ name: "Walk-in", forecastProbability: 40 }, V3);
    expect(made.body).toMatchObject({
      new: true,
      opportunity: { name: "Walk-in", forecastProbability: 40 },
    });
    expect(at(made, "opportunity")).not.toHaveProperty("contact");
    expect((await upsert({ name: "x", forecastProbability: 40 })).status).toBe(422);
  });

  it("is refused for an unknown id, a foreign contact or a foreign pipeline, and adds nothing", async () => {
    const count = async () =>
      at(await open.ask(`GET /opportunities/search?location_id=${open.here}`), "meta.total");
    const before = await count();
    const stranger = [...world.contacts.values()].find(
      ({ locationId }) => locationId === open.elsewhere,
    );
    const foreign = world.pipelines.find(({ locationId }) => locationId === open.elsewhere);
    expect((await upsert({ id: "none" })).status).toBe(404);
    expect((await upsert({ contactId: stranger?.id })).status).toBe(404);
    expect((await upsert({ pipelineId: foreign?.id })).status).toBe(400);
    expect((await upsert({ followers: undefined })).status).toBe(422);
    expect(await count()).toBe(before);
  });
});

describe("opportunities", () => {
  it("gain and lose followers", async () => {
    const path = `/opportunities/${deals()[0]?.id ?? ""}/followers`;
    expect(await open.ask(`POST ${path}`, { followers: ["a", "b", "a"] })).toMatchObject({
      status: 201,
      body: { followers: ["a", "b"], followersAdded: ["a", "b"] },
    });
    expect((await open.ask(`DELETE ${path}`, { followers: ["a"] })).body).toEqual({
      followers: ["b"],
      followersRemoved: ["a"],
    });
    const all = await open.ask(`DELETE ${path}?isRemoveAllFollowers=true`, { followers: ["x"] });
    expect(all.body).toEqual({ followers: [], followersRemoved: ["b"] });
    expect((await open.ask(`POST ${path}`, { followers: ["a"] }, open.foreign)).status).toBe(403);
  });

  it("that were lost name one of the location's reasons", async () => {
    const listed = await open.ask(
      `GET /opportunities/lost-reason?locationId=${open.here}&getCount=true&limit=2`,
    );
    expect(listed.body).toMatchObject({ total: 4, lostReasons: [{ name: "Too expensive" }, {}] });
    const found = await open.ask(
      `GET /opportunities/lost-reason?locationId=${open.here}&query=answer`,
    );
    expect(rowsAt(found, "lostReasons").map(({ name }) => name)).toEqual(["No answer"]);
    const reasons = world.lostReasons.filter(({ locationId }) => locationId === open.here);
    const lost = deals().filter(({ status }) => status === "lost");
    expect(lost.length).toBeGreaterThan(0);
    for (const deal of lost) expect(reasons.map(({ id }) => id)).toContain(deal.lostReasonId);
    const search = await open.ask("POST /opportunities/search", {
      locationId: open.here,
      limit: 100,
      filters: [{ field: "lost_reason_id", operator: "exists" }],
    });
    expect(idsAt(search, "opportunities").toSorted()).toEqual(lost.map(({ id }) => id).toSorted());
  });

  it("carry the tasks, notes and appointments of their contact where that is asked for", async () => {
    const contactId = await createContact("details@example.com");
    await open.ask(`POST /contacts/${contactId}/notes`, { body: "likes mornings" });
    const task = { title: "Quote", dueDate: "2026-11-05", completed: false };
    await open.ask(`POST /contacts/${contactId}/tasks`, task);
    await upsert({ contactId, name: "Detailed" });
    const list = async (flags: string) =>
      rowsAt(
        await open.ask(
          `GET /opportunities/search?location_id=${open.here}&contact_id=${contactId}${flags}`,
        ),
        "opportunities",
      )[0];
    expect(await list("")).toMatchObject({ tasks: [], notes: [], calendarEvents: [] });
    expect(await list("&getTasks=true&getNotes=true")).toMatchObject({
      tasks: [{ title: "Quote" }],
      notes: [],
    });
    const search = await open.ask("POST /opportunities/search", {
      locationId: open.here,
      limit: 1,
      filters: [{ field: "contact_id", operator: "eq", value: contactId }],
      additionalDetails: {
        notes: true,
        tasks: false,
        calendarEvents: true,
        unReadConversations: false,
      },
    });
    expect(rowsAt(search, "opportunities")[0]).toMatchObject({
      notes: [{ body: "likes mornings" }],
      tasks: [],
    });
  });
});
