import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seedWorld } from "../../../src/sandbox/seed/seed-world.ts";
import { at, idAt, idsAt, type OpenSandbox, openSandbox, rowsAt, V3 } from "./open-sandbox.ts";
import { signIn } from "./sign-in.ts";

const world = seedWorld(1);
let open: OpenSandbox;

beforeAll(async () => {
  open = await openSandbox();
});
afterAll(() => open.sandbox.close());

let made = 0;
const createContact = async (tags: readonly string[] = []): Promise<string> => {
  made += 1;
  const answer = await open.ask("POST /contacts/", {
    locationId: open.here,
    firstName: "Test",
    email: `made${made}@example.com`,
    tags,
  });
  return idAt(answer, "contact");
};

describe("notes on a contact", () => {
  it("are created, listed newest first, changed and deleted", async () => {
    const id = await createContact();
    const first = await open.ask(`POST /contacts/${id}/notes`, { body: "<p>Called</p>" });
    expect(first).toMatchObject({
      status: 201,
      body: { note: { body: "<p>Called</p>", bodyText: "Called", contactId: id, pinned: false } },
    });
    open.clock.advance(60);
    const second = await open.ask(`POST /contacts/${id}/notes`, {
      body: "Wrote",
      title: "Mail",
      color: "#ff0000",
      pinned: true,
    });
    const list = async () =>
      rowsAt(await open.ask(`GET /contacts/${id}/notes`), "notes").map((note) => note["body"]);
    expect(await list()).toEqual(["Wrote", "<p>Called</p>"]);
    const path = `/contacts/${id}/notes/${idAt(second, "note")}`;
    expect((await open.ask(`PUT ${path}`, { pinned: false })).body["note"]).toMatchObject({
      body: "Wrote",
      pinned: false,
    });
    expect((await open.ask(`GET ${path}`)).body["note"]).toMatchObject({ title: "Mail" });
    expect((await open.ask(`DELETE ${path}`)).body).toEqual({ succeded: true });
    expect(await list()).toEqual(["<p>Called</p>"]);
    expect(await open.ask(`GET ${path}`)).toMatchObject({ status: 404 });
  });

  it("answer v3 with both spellings, and refuse a note of another contact", async () => {
    const [id, other] = [await createContact(), await createContact()];
    const created = await open.ask(`POST /contacts/${id}/notes`, { body: "x" }, V3);
    const noteId = idAt(created, "note");
    expect(
      (await open.ask(`DELETE /contacts/${other}/notes/${noteId}`, undefined, V3)).body,
    ).toMatchObject({
      error: { code: "RESOURCE_NOT_FOUND", message: `Note with id ${noteId} not found` },
    });
    expect((await open.ask(`DELETE /contacts/${id}/notes/${noteId}`, undefined, V3)).body).toEqual({
      succeded: true,
      succeeded: true,
    });
  });

  it("need a body, take no other field, and stay within their location", async () => {
    const id = await createContact();
    expect((await open.ask(`POST /contacts/${id}/notes`, { text: "x" })).body).toMatchObject({
      statusCode: 422,
      message: ["property text should not exist", "body should not be empty"],
    });
    expect((await open.ask(`POST /contacts/${id}/notes`, { body: "x" }, open.foreign)).status).toBe(
      403,
    );
    expect((await open.ask(`GET /contacts/${id}/notes`)).body["notes"]).toEqual([]);
  });

  it("come with the sample data, on contacts of their own location", async () => {
    expect(world.notes.size).toBeGreaterThan(80);
    for (const note of world.notes.values()) {
      expect(world.contacts.get(note.contactId)?.locationId).toBe(note.locationId);
    }
  });
});

describe("tasks on a contact", () => {
  it("need title, due date and state together", async () => {
    const id = await createContact();
    const refused = await open.ask(`POST /contacts/${id}/tasks`, { title: "Call" });
    expect(refused).toMatchObject({
      status: 422,
      body: { message: ["completed should not be empty", "dueDate should not be empty"] },
    });
    const wrong = { title: "Call", dueDate: "tomorrow", completed: false };
    expect((await open.ask(`POST /contacts/${id}/tasks`, wrong)).body["message"]).toEqual([
      "dueDate must be a valid ISO 8601 date string",
    ]);
    expect((await open.ask(`GET /contacts/${id}/tasks`)).body["tasks"]).toEqual([]);
  });

  it("are created, changed, completed, found across the location and deleted", async () => {
    const id = await createContact();
    const created = await open.ask(`POST /contacts/${id}/tasks`, {
      title: "Call about the quokka",
      dueDate: "2026-11-03T10:00:00+01:00",
      completed: false,
      assignedTo: "someone",
    });
    expect(created.status).toBe(201);
    expect(at(created, "task")).toMatchObject({
      title: "Call about the quokka",
      body: "",
      dueDate: "2026-11-03T09:00:00.000Z",
      completed: false,
      contactId: id,
    });
    const path = `/contacts/${id}/tasks/${idAt(created, "task")}`;
    expect((await open.ask(`PUT ${path}`, { body: "again" })).body["task"]).toMatchObject({
      title: "Call about the quokka",
      body: "again",
    });
    expect(at(await open.ask(`PUT ${path}/completed`, { completed: true }), "task.completed")).toBe(
      true,
    );
    expect((await open.ask(`PUT ${path}/completed`, {})).status).toBe(422);
    expect((await open.ask(`DELETE ${path}`)).body).toEqual({ succeded: true });
    expect((await open.ask(`GET ${path}`)).status).toBe(404);
  });

  it("of the sample data are a third overdue, a third done and a third ahead", () => {
    const here = [...world.tasks.values()].filter(({ locationId }) => locationId === open.here);
    const isOpen = here.filter(({ completed }) => !completed);
    const overdue = isOpen.filter(({ dueDate }) => dueDate < "2026-11-01");
    expect([here.length, isOpen.length, overdue.length]).toEqual([30, 20, 10]);
  });
});

describe("followers, campaigns and workflows", () => {
  it("are added once and removed, and show on the contact", async () => {
    const id = await createContact();
    const path = `/contacts/${id}/followers`;
    expect((await open.ask(`POST ${path}`, { followers: ["a", "b"] })).body).toEqual({
      followers: ["a", "b"],
      followersAdded: ["a", "b"],
    });
    expect(
      (await open.ask(`POST ${path}`, { followers: ["b", "c"] })).body["followersAdded"],
    ).toEqual(["c"]);
    expect((await open.ask(`DELETE ${path}`, { followers: ["a", "z"] })).body).toEqual({
      followers: ["b", "c"],
      followersRemoved: ["a"],
    });
    expect(at(await open.ask(`GET /contacts/${id}`), "contact.followers")).toEqual(["b", "c"]);
  });

  it("take a contact into a published workflow of its location alone", async () => {
    const id = await createContact();
    const [mine] = world.workflows.filter(({ locationId }) => locationId === open.here);
    const draft = world.workflows.find(
      (one) => one.locationId === open.here && one.status === "draft",
    );
    const foreign = world.workflows.find(({ locationId }) => locationId === open.elsewhere);
    const path = `POST /contacts/${id}/workflow/`;
    expect(await open.ask(path + (mine?.id ?? ""), {})).toMatchObject({
      status: 200,
      body: { succeded: true },
    });
    expect((await open.ask(path + (draft?.id ?? ""), {})).status).toBe(400);
    expect((await open.ask(path + (foreign?.id ?? ""), {})).status).toBe(404);
    expect((await open.ask(path + (mine?.id ?? ""), { eventStartTime: "soon" })).status).toBe(422);
    expect((await open.ask(`DELETE /contacts/${id}/workflow/${mine?.id ?? ""}`)).status).toBe(200);
  });

  it("take a contact out of every campaign by the path of each version", async () => {
    const id = await createContact();
    expect((await open.ask(`POST /contacts/${id}/campaigns/c1`)).status).toBe(201);
    expect((await open.ask(`DELETE /contacts/${id}/campaigns/c1`)).status).toBe(200);
    expect((await open.ask(`DELETE /contacts/${id}/campaigns/removeAll`)).body).toEqual({
      succeded: true,
    });
    expect(
      (await open.ask(`DELETE /contacts/${id}/campaigns/remove-all`, undefined, V3)).body,
    ).toEqual({
      succeded: true,
      succeeded: true,
    });
  });
});

describe("many contacts at once", () => {
  it("gain and lose tags, and a foreign contact is counted as an error and left alone", async () => {
    const ids = [await createContact(["one"]), await createContact(["two"])];
    const stranger = [...world.contacts.values()].find(
      ({ locationId }) => locationId === open.elsewhere,
    );
    const tagsOf = async (id: string, request = {}) =>
      at(await open.ask(`GET /contacts/${id}`, undefined, request), "contact.tags");
    const added = await open.ask("POST /contacts/bulk/tags/update/add", {
      locationId: open.here,
      contacts: [...ids, stranger?.id],
      tags: ["Bulk"],
    });
    expect(added).toMatchObject({
      status: 201,
      body: { succeded: false, errorCount: 1, responses: ids },
    });
    expect(await Promise.all(ids.map((id) => tagsOf(id)))).toEqual([
      ["one", "bulk"],
      ["two", "bulk"],
    ]);
    expect(await tagsOf(stranger?.id ?? "", open.foreign)).toEqual(stranger?.tags);
    await open.ask("POST /contacts/bulk/tags/update/remove", {
      locationId: open.here,
      contacts: ids,
      tags: ["bulk"],
    });
    expect(await tagsOf(ids[0] ?? "")).toEqual(["one"]);
    await open.ask("POST /contacts/bulk/tags/update/remove", {
      locationId: open.here,
      contacts: ids,
      tags: ["none"],
      removeAllTags: true,
    });
    expect(await tagsOf(ids[1] ?? "")).toEqual([]);
    const wrong = { locationId: open.here, contacts: ids, tags: ["x"] };
    expect((await open.ask("POST /contacts/bulk/tags/update/set", wrong)).status).toBe(422);
  });

  it("are linked to a business, listed by it and let go again", async () => {
    const ids = [await createContact(), await createContact(), await createContact()];
    const link = (businessId: string | null) =>
      open.ask("POST /contacts/bulk/business", { locationId: open.here, ids, businessId });
    expect((await link("biz1")).body).toEqual({ success: true, ids });
    const listed = await open.ask(
      `GET /contacts/business/biz1?locationId=${open.here}&limit=2&skip=1`,
    );
    expect(listed.body["count"]).toBe(3);
    expect(idsAt(listed, "contacts")).toEqual(ids.slice(1));
    await link(null);
    expect(
      (await open.ask(`GET /contacts/business/biz1?locationId=${open.here}`)).body["count"],
    ).toBe(0);
    expect(
      (await open.ask("POST /contacts/bulk/business", { locationId: open.here, ids })).status,
    ).toBe(422);
  });
});

describe("a contact", () => {
  it("is found by the search at once, loses its tags to a change, and takes all it had with it", async () => {
    const id = await createContact(["old", "older"]);
    const search = async () =>
      (
        await open.ask("POST /contacts/search", {
          locationId: open.here,
          pageLimit: 5,
          filters: [{ field: "id", operator: "eq", value: id }],
        })
      ).body["total"];
    expect(await search()).toBe(1);
    await open.ask(`PUT /contacts/${id}`, { tags: ["new"] });
    expect(at(await open.ask(`GET /contacts/${id}`), "contact.tags")).toEqual(["new"]);
    const task = { title: "Zebra", dueDate: "2026-11-02", completed: false };
    await open.ask(`POST /contacts/${id}/tasks`, task);
    await open.ask(`DELETE /contacts/${id}`);
    expect(await search()).toBe(0);
    const tasks = await open.ask(`POST /locations/${open.here}/tasks/search`, { query: "Zebra" });
    expect(tasks).toMatchObject({ status: 200, body: { tasks: [] } });
  });

  it("is hidden from a token without the scope", async () => {
    const { access_token: token } = await signIn(open.sandbox, open.here, "contacts.readonly");
    const id = await createContact();
    expect((await open.ask(`GET /contacts/${id}/tasks`, undefined, { token })).status).toBe(200);
    const refused = await open.ask(`POST /contacts/${id}/notes`, { body: "x" }, { token });
    expect(refused).toMatchObject({
      status: 401,
      body: { message: "The token is not authorized for this scope." },
    });
  });
});
