import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seedWorld } from "../../../src/sandbox/seed/seed-world.ts";
import { at, idAt, idsAt, type OpenSandbox, openSandbox, rowsAt, V3 } from "./open-sandbox.ts";
import { signIn } from "./sign-in.ts";

const world = seedWorld(1);
let open: OpenSandbox;
let agency = "";

beforeAll(async () => {
  open = await openSandbox();
  const scope =
    "locations.readonly locations.write locations.internal-access-only users.readonly users.write";
  agency = (await signIn(open.sandbox, "company", scope)).access_token;
});
afterAll(() => open.sandbox.close());

const asAgency = (target: string, body?: unknown) => open.ask(target, body, { token: agency });

describe("tags of a location", () => {
  it("are created, renamed with their contacts, and deleted from them", async () => {
    const path = `/locations/${open.here}/tags`;
    const created = await open.ask(`POST ${path}`, { name: "Gold " });
    expect(created).toMatchObject({
      status: 200,
      body: { tag: { name: "gold", locationId: open.here } },
    });
    expect((await open.ask(`POST ${path}`, { name: "GOLD" })).status).toBe(400);
    const contact = await open.ask("POST /contacts/", {
      locationId: open.here,
      email: "gold@example.com",
      tags: ["gold", "vip"],
    });
    const tagsNow = async () =>
      at(await open.ask(`GET /contacts/${idAt(contact, "contact")}`), "contact.tags");
    const one = `${path}/${idAt(created, "tag")}`;
    await open.ask(`PUT ${one}`, { name: "Platinum" });
    expect(at(await open.ask(`GET ${one}`), "tag.name")).toBe("platinum");
    expect(await tagsNow()).toEqual(["platinum", "vip"]);
    expect((await open.ask(`DELETE ${one}`)).body).toEqual({ succeded: true });
    expect(await tagsNow()).toEqual(["vip"]);
    expect((await open.ask(`GET ${one}`)).status).toBe(404);
    expect((await open.ask(`GET ${path}`, undefined, open.foreign)).status).toBe(403);
  });
});

describe("custom fields and values", () => {
  it("of contacts are created, filled, changed, and deleted with what was filled in", async () => {
    const path = `/locations/${open.here}/customFields`;
    const created = await open.ask(`POST ${path}`, {
      name: "Shoe size",
      dataType: "NUMERICAL",
      model: "contact",
      placeholder: "42",
    });
    expect(created).toMatchObject({
      status: 201,
      body: {
        customField: { fieldKey: "contact.shoe_size", dataType: "NUMERICAL", placeholder: "42" },
      },
    });
    expect((await open.ask(`POST ${path}`, { name: "Shoe size", dataType: "TEXT" })).status).toBe(
      400,
    );
    const id = idAt(created, "customField");
    const contact = await open.ask("POST /contacts/", {
      locationId: open.here,
      email: "shoe@example.com",
      customFields: [{ key: "shoe_size", field_value: 43 }],
    });
    expect(at(contact, "contact.customFields")).toEqual([{ id, value: 43 }]);
    const renamed = await open.ask(`PUT ${path}/${id}`, { name: "Shoes" });
    expect(at(renamed, "customField")).toMatchObject({
      name: "Shoes",
      fieldKey: "contact.shoe_size",
    });
    expect((await open.ask(`PUT ${path}/${id}`, { name: "x", dataType: "TEXT" })).status).toBe(422);
    await open.ask(`DELETE ${path}/${id}`, undefined, V3);
    const read = await open.ask(`GET /contacts/${idAt(contact, "contact")}`);
    expect(at(read, "contact.customFields")).toEqual([]);
    expect((await open.ask(`GET ${path}/${id}`)).status).toBe(404);
  });

  it("take files as a multipart form, and nothing else", async () => {
    const url = `${open.sandbox.baseUrl}/locations/${open.here}/customFields/upload`;
    const form = new FormData();
    form.set("id", "contact1");
    form.set("field1_file1", new File(["hello"], "a b.txt", { type: "text/plain" }));
    const headers = {
      Authorization: `Bearer ${open.sandbox.privateTokens.get(open.here) ?? ""}`,
      Version: "2021-07-28",
    };
    const sent = await fetch(url, { method: "POST", headers, body: form });
    expect(sent.status).toBe(200);
    const body: unknown = await sent.json();
    expect(body).toMatchObject({
      uploadedFiles: { "a b.txt": expect.stringContaining("/sandbox/files/") as string },
      meta: [{ fieldname: "field1_file1", mimetype: "text/plain", size: 5 }],
    });
    expect((await open.ask(`POST /locations/${open.here}/customFields/upload`, {})).status).toBe(
      400,
    );
  });

  it("of a location are created, changed under the same key and deleted", async () => {
    const path = `/locations/${open.here}/customValues`;
    const created = await open.ask(`POST ${path}`, { name: "Wifi code", value: "1234" });
    expect(created).toMatchObject({
      status: 201,
      body: { customValue: { fieldKey: "{{ custom_values.wifi_code }}", value: "1234" } },
    });
    const one = `${path}/${idAt(created, "customValue")}`;
    expect(
      at(await open.ask(`PUT ${one}`, { name: "Wifi", value: "9" }), "customValue"),
    ).toMatchObject({
      name: "Wifi",
      value: "9",
      fieldKey: "{{ custom_values.wifi_code }}",
    });
    expect((await open.ask(`POST ${path}`, { name: "x" })).status).toBe(422);
    await open.ask(`DELETE ${one}`);
    expect(rowsAt(await open.ask(`GET ${path}`), "customValues")).toHaveLength(2);
  });
});

describe("tasks, templates and time zones of a location", () => {
  it("are searched by state, person and words, those due first first", async () => {
    const path = `POST /locations/${open.here}/tasks/search`;
    const mine = [...world.tasks.values()].filter(({ locationId }) => locationId === open.here);
    const undone = await open.ask(path, { completed: false, limit: 100 });
    const rows = rowsAt(undone, "tasks");
    expect(rows).toHaveLength(20);
    expect(rows.map(({ dueDate }) => dueDate)).toEqual(
      rows.map(({ dueDate }) => String(dueDate)).toSorted(),
    );
    expect(rows[0]).toMatchObject({
      _id: expect.any(String) as string,
      contactDetails: { name: expect.any(String) as string },
    });
    const someone = mine.find(({ assignedTo }) => assignedTo !== undefined)?.assignedTo ?? "";
    const theirs = await open.ask(path, { assignedTo: [someone], limit: 100 });
    expect(idsAt(theirs, "tasks").toSorted()).toEqual(
      mine
        .filter(({ assignedTo }) => assignedTo === someone)
        .map(({ id }) => id)
        .toSorted(),
    );
    const quotes = await open.ask(path, { query: "quote", limit: 2, skip: 1 });
    expect(rowsAt(quotes, "tasks").every(({ title }) => title === "Send the quote")).toBe(true);
    expect((await open.ask(path, { contactId: "x" })).status).toBe(422);
    expect((await open.ask(path, {}, open.foreign)).status).toBe(403);
  });

  it("are listed by kind, and a template can be deleted", async () => {
    const path = `/locations/${open.elsewhere}/templates`;
    const list = (type: string) =>
      open.ask(`GET ${path}?originId=x&type=${type}`, undefined, open.foreign);
    const texts = await list("sms");
    expect(texts.body).toMatchObject({
      totalCount: 2,
      templates: [{ template: { attachments: [] } }, {}],
    });
    expect(rowsAt(await list("email"), "templates")).toHaveLength(1);
    await open.ask(`DELETE ${path}/${idsAt(texts, "templates")[0] ?? ""}`, undefined, open.foreign);
    expect((await list("sms")).body).toMatchObject({ totalCount: 1 });
    const zones = await open.ask(`GET /locations/${open.here}/timezones`);
    expect(zones.body["timeZones"]).toContain("America/Los_Angeles");
  });
});

describe("locations and the agency", () => {
  it("are created, reached at once, changed and deleted by the agency alone", async () => {
    const wanted = {
      companyId: open.sandbox.companyId,
      name: "Fern Florists",
      timezone: "Europe/Paris",
    };
    const created = await asAgency("POST /locations/", wanted);
    expect(created).toMatchObject({
      status: 200,
      body: { name: "Fern Florists", timezone: "Europe/Paris" },
    });
    const path = `/locations/${String(at(created, "id"))}`;
    expect(at(await asAgency(`GET ${path}`), "location.name")).toBe("Fern Florists");
    await asAgency(`PUT ${path}`, { companyId: open.sandbox.companyId, city: "Lyon" });
    expect(at(await asAgency(`GET ${path}`), "location")).toMatchObject({
      city: "Lyon",
      name: "Fern Florists",
    });
    expect((await open.ask("POST /locations/", wanted)).status).toBe(401);
    expect((await open.ask(`GET ${path}`)).status).toBe(403);
    expect((await asAgency(`DELETE ${path}`)).status).toBe(422);
    expect((await asAgency(`DELETE ${path}?deleteTwilioAccount=false`)).body).toMatchObject({
      success: true,
    });
    const names = rowsAt(await asAgency("GET /locations/search"), "locations").map(
      ({ name }) => name,
    );
    expect(names).toHaveLength(3);
    expect(names).not.toContain("Fern Florists");
  });

  it("refuse another agency and a time zone that does not exist", async () => {
    const wanted = { companyId: open.sandbox.companyId, name: "X" };
    expect((await asAgency("POST /locations/", { ...wanted, companyId: "other" })).status).toBe(
      403,
    );
    const wrong = await asAgency("POST /locations/", { ...wanted, timezone: "Mars/Olympus" });
    expect(wrong.body["message"]).toEqual(["timezone must be a valid timezone"]);
    expect(rowsAt(await asAgency("GET /locations/search"), "locations")).toHaveLength(3);
  });
});

describe("users", () => {
  const newUser = () => ({
    companyId: open.sandbox.companyId,
    firstName: "Nell",
    lastName: "Pike",
    email: "Nell.Pike@example.com",
    password: "correct horse",
    type: "account",
    role: "user",
    locationIds: [open.here],
  });

  it("are created, found by address, changed and deleted, and never show a password", async () => {
    const created = await asAgency("POST /users/", newUser());
    expect(created).toMatchObject({
      status: 201,
      body: {
        name: "Nell Pike",
        email: "nell.pike@example.com",
        roles: { locationIds: [open.here] },
      },
    });
    expect(JSON.stringify(created.body)).not.toContain("horse");
    expect((await asAgency("POST /users/", newUser())).status).toBe(400);
    const found = await asAgency("POST /users/search/filter-by-email", {
      companyId: open.sandbox.companyId,
      emails: "nell.pike@example.com,nobody@example.com",
    });
    expect(found.body["count"]).toBe(1);
    const path = `/users/${String(at(created, "id"))}`;
    expect((await asAgency(`PUT ${path}`, { role: "admin" })).body).toMatchObject({
      firstName: "Nell",
      roles: { role: "admin" },
    });
    expect((await asAgency(`DELETE ${path}`)).body).toMatchObject({ succeded: true });
    expect((await asAgency(`GET ${path}`)).status).toBe(404);
  });

  it("cannot be put into a location that the token does not reach", async () => {
    const wanted = { ...newUser(), email: "other@example.com", locationIds: [open.elsewhere] };
    expect((await open.ask("POST /users/", wanted)).status).toBe(403);
    const outsider = world.users.find((user) => !user.locationIds.includes(open.here));
    expect((await open.ask(`PUT /users/${outsider?.id ?? ""}`, { role: "admin" })).status).toBe(
      403,
    );
    expect((await open.ask(`DELETE /users/${outsider?.id ?? ""}`)).status).toBe(403);
    expect((await open.ask("POST /users/", { email: "x@example.com" })).status).toBe(422);
    const body = { companyId: open.sandbox.companyId, emails: "x@example.com" };
    expect((await open.ask("POST /users/search/filter-by-email", body)).status).toBe(401);
  });
});
