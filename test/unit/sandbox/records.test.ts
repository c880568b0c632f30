import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunningSandbox } from "../../../src/sandbox/sandbox.ts";
import { seedWorld } from "../../../src/sandbox/seed/seed-world.ts";
import { startSandbox } from "../../../src/sandbox/start-sandbox.ts";
import { createFakeClock, type FakeClock } from "../../support/clock.ts";
import { type ApiRequest, call, signIn } from "./sign-in.ts";

const world = seedWorld(1);
let clock: FakeClock;
let sandbox: RunningSandbox;
let here = "";

beforeEach(async () => {
  clock = createFakeClock();
  sandbox = await startSandbox({ clock });
  here = sandbox.locations[0]?.id ?? "";
});
afterEach(() => sandbox.close());

const ask = (target: string, body?: unknown, request: Partial<ApiRequest> = {}) =>
  call(target, {
    baseUrl: sandbox.baseUrl,
    token: sandbox.privateTokens.get(here) ?? "",
    ...(body === undefined ? {} : { body }),
    ...request,
  });

const contactOf = (answer: { readonly body: Record<string, unknown> }) =>
  answer.body["contact"] as { readonly id: string } & Record<string, unknown>;

const countContacts = async () =>
  (await ask("POST /contacts/search", { locationId: here, pageLimit: 1 })).body["total"];

describe("contacts", () => {
  it("are created, read, changed and deleted", async () => {
    const created = await ask("POST /contacts/", {
      locationId: here,
      name: "Ada Byron King",
      email: "Ada@Example.org",
      phone: "(503) 555-0199",
      tags: ["VIP", "brand new"],
      customFields: [{ key: "insurance_provider", field_value: "Analytical" }],
      dndSettings: { SMS: { status: "active" } },
    });
    expect(created.status).toBe(201);
    const { id } = contactOf(created);
    expect(id).toMatch(/^[A-Za-z0-9]{20}$/);
    const read = contactOf(await ask(`GET /contacts/${id}`));
    expect(read).toMatchObject({
      firstName: "Ada",
      lastName: "Byron King",
      name: "Ada Byron King",
      email: "ada@example.org",
      phone: "+15035550199",
      tags: ["vip", "brand new"],
      locationId: here,
      country: "US",
      dndSettings: { SMS: { status: "active" } },
      dateAdded: new Date(clock.nowMs()).toISOString(),
    });
    expect(read["customFields"]).toEqual([{ id: expect.any(String), value: "Analytical" }]);
    const v3 = contactOf(await ask(`GET /contacts/${id}`, undefined, { version: "v3" }));
    expect(v3["dndSettings"]).toEqual({ sms: { status: "active" } });
    const tags = await ask(`GET /locations/${here}/tags`);
    expect(JSON.stringify(tags.body)).toContain('"brand new"');

    const changed = await ask(`PUT /contacts/${id}`, { city: "Salem", tags: ["lead"] });
    expect(changed.body).toMatchObject({
      succeded: true,
      contact: { city: "Salem", tags: ["lead"], firstName: "Ada" },
    });
    expect((await ask(`DELETE /contacts/${id}`)).body).toEqual({ succeded: true });
    expect((await ask(`GET /contacts/${id}`)).status).toBe(404);
  });

  it("are refused where the email address or the phone number is taken, and nothing is added", async () => {
    const before = await countContacts();
    const old = [...world.contacts.values()].find(
      (one) => one.locationId === here && one.email && one.phone,
    );
    const byEmail = await ask("POST /contacts/", {
      locationId: here,
      email: old?.email?.toUpperCase(),
    });
    expect(byEmail).toMatchObject({
      status: 400,
      body: {
        statusCode: 400,
        message: "This location does not allow duplicated contacts.",
        meta: {
          contactId: old?.id,
          contactName: `${old?.firstName} ${old?.lastName}`,
          matchingField: "email",
        },
      },
    });
    const byPhone = await ask("POST /contacts/", { locationId: here, phone: old?.phone?.slice(2) });
    expect(byPhone.body["meta"]).toMatchObject({ contactId: old?.id, matchingField: "phone" });
    expect(await countContacts()).toBe(before);
  });

  it("may share an address with a contact of another location", async () => {
    const other = [...world.contacts.values()].find((one) => one.locationId !== here && one.email);
    expect((await ask("POST /contacts/", { locationId: here, email: other?.email })).status).toBe(
      201,
    );
  });

  it("are upserted: changed where they are known, else added", async () => {
    const before = Number(await countContacts());
    const first = await ask("POST /contacts/upsert", {
      locationId: here,
      email: "new@example.com",
      firstName: "One",
    });
    expect(first.body).toMatchObject({ new: true });
    const second = await ask("POST /contacts/upsert", {
      locationId: here,
      email: "NEW@example.com",
      firstName: "Two",
    });
    expect(second.body).toMatchObject({
      new: false,
      contact: { id: contactOf(first).id, firstName: "Two" },
    });
    expect(await countContacts()).toBe(before + 1);
  });

  it("are found as duplicates by address or number, null where there is none", async () => {
    const old = [...world.contacts.values()].find((one) => one.locationId === here && one.phone);
    const path = `GET /contacts/search/duplicate?locationId=${here}`;
    expect(contactOf(await ask(`${path}&number=${encodeURIComponent(old?.phone ?? "")}`)).id).toBe(
      old?.id,
    );
    expect((await ask(`${path}&email=none@example.com`)).body["contact"]).toBeNull();
    expect((await ask(path)).status).toBe(422);
  });

  it("gain and lose tags without losing the others", async () => {
    const old = [...world.contacts.values()].find(
      (one) => one.locationId === here && one.tags.length > 1,
    );
    const path = `/contacts/${old?.id ?? ""}/tags`;
    const added = await ask(`POST ${path}`, { tags: ["Fresh", old?.tags[0]] });
    expect(added).toMatchObject({ status: 201, body: { tags: [...(old?.tags ?? []), "fresh"] } });
    const removed = await ask(`DELETE ${path}`, { tags: [old?.tags[0]] });
    expect(removed).toMatchObject({
      status: 200,
      body: { tags: [...(old?.tags.slice(1) ?? []), "fresh"] },
    });
    expect((await ask(`POST ${path}`, {})).status).toBe(422);
  });

  it("are listed by the deprecated call, each exactly once over its pages", async () => {
    const seen: string[] = [];
    let url: string | undefined = `${sandbox.baseUrl}/contacts/?locationId=${here}&limit=40`;
    while (url !== undefined) {
      const { body } = await ask(`GET ${url.slice(sandbox.baseUrl.length)}`);
      const page = body as unknown as {
        contacts: { id: string }[];
        meta: { nextPageUrl?: string };
      };
      seen.push(...page.contacts.map(({ id }) => id));
      url = page.meta.nextPageUrl;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBe(130);
  });
});

describe("opportunities", () => {
  const deals = () => [...world.opportunities.values()].filter((deal) => deal.locationId === here);
  const contactId = () =>
    [...world.contacts.values()].find((one) => one.locationId === here)?.id ?? "";

  it("are listed with their contacts, filtered and paged, in the casing of each version", async () => {
    const pipelineId = deals()[0]?.pipelineId ?? "";
    const wanted = deals().filter(
      (deal) => deal.pipelineId === pipelineId && deal.status === "open",
    );
    const dated = await ask(
      `GET /opportunities/search?location_id=${here}&pipeline_id=${pipelineId}&status=open&limit=100`,
    );
    const v3 = await ask(
      `GET /opportunities/search?locationId=${here}&pipelineId=${pipelineId}&status=open&limit=100`,
      undefined,
      { version: "v3" },
    );
    for (const { body } of [dated, v3]) {
      const found = body["opportunities"] as unknown as { id: string; contact: { id: string } }[];
      expect(found.map(({ id }) => id).toSorted()).toEqual(wanted.map(({ id }) => id).toSorted());
      expect(found[0]?.contact.id).toMatch(/^\w{20}$/);
    }
  });

  it("are each listed exactly once by page, by cursor and by the search's searchAfter", async () => {
    const all = deals()
      .map(({ id }) => id)
      .toSorted();
    type Page = {
      opportunities: { id: string; sort?: unknown[] }[];
      meta: Record<string, unknown>;
    };
    const walk = async (next: (page: Page | undefined) => Promise<Page>) => {
      const seen: string[] = [];
      let page = await next(undefined);
      while (page.opportunities.length > 0) {
        seen.push(...page.opportunities.map(({ id }) => id));
        page = await next(page);
      }
      return seen.toSorted();
    };
    const list = async (query: string) =>
      (await ask(`GET /opportunities/search?location_id=${here}&limit=7${query}`))
        .body as unknown as Page;
    let number = 0;
    expect(await walk(() => list(`&page=${(number += 1)}`))).toEqual(all);
    expect(
      await walk((page) =>
        list(
          page === undefined
            ? ""
            : `&startAfter=${String(page.meta["startAfter"])}&startAfterId=${String(page.meta["startAfterId"])}`,
        ),
      ),
    ).toEqual(all);
    expect(
      await walk(async (page) => {
        const searchAfter = page?.opportunities.at(-1)?.sort;
        const body = {
          locationId: here,
          limit: 7,
          ...(searchAfter === undefined ? {} : { searchAfter }),
        };
        return (await ask("POST /opportunities/search", body)).body as unknown as Page;
      }),
    ).toEqual(all);
  });

  it("are searched with filters", async () => {
    const { body } = await ask("POST /opportunities/search", {
      locationId: here,
      limit: 100,
      filters: [{ field: "monetary_value", operator: "range", value: { gte: 2000 } }],
    });
    expect(body["total"]).toBe(deals().filter(({ monetaryValue }) => monetaryValue >= 2000).length);
    expect(body["total"]).toBeGreaterThan(0);
  });

  it("are created in the first stage, moved and closed", async () => {
    const pipeline = world.pipelines.find(({ locationId }) => locationId === here);
    const wanted = {
      locationId: here,
      pipelineId: pipeline?.id,
      name: "Crown",
      status: "open",
      contactId: contactId(),
    };
    const created = await ask("POST /opportunities/", { ...wanted, monetaryValue: 900 });
    expect(created).toMatchObject({
      status: 201,
      body: {
        opportunity: {
          name: "Crown",
          pipelineStageId: pipeline?.stages[0]?.id,
          monetaryValue: 900,
          contact: { id: contactId() },
        },
      },
    });
    const { id } = created.body["opportunity"] as unknown as { id: string };
    const moved = await ask(`PUT /opportunities/${id}`, {
      pipelineStageId: pipeline?.stages[1]?.id,
    });
    expect(moved.body["opportunity"]).toMatchObject({
      pipelineStageId: pipeline?.stages[1]?.id,
      name: "Crown",
    });
    clock.advance(60);
    expect((await ask(`PUT /opportunities/${id}/status`, { status: "won" })).body).toEqual({
      succeded: true,
    });
    const read = await ask(`GET /opportunities/${id}`);
    expect(read.body["opportunity"]).toMatchObject({
      status: "won",
      lastStatusChangeAt: new Date(clock.nowMs()).toISOString(),
    });
  });

  it("are refused for a contact, a pipeline or a stage of somewhere else", async () => {
    const mine = world.pipelines.find(({ locationId }) => locationId === here);
    const foreign = world.pipelines.find(({ locationId }) => locationId !== here);
    const stranger = [...world.contacts.values()].find(({ locationId }) => locationId !== here);
    const wanted = {
      locationId: here,
      pipelineId: mine?.id,
      name: "X",
      status: "open",
      contactId: contactId(),
    };
    for (const change of [
      { contactId: stranger?.id },
      { pipelineId: foreign?.id },
      { pipelineStageId: foreign?.stages[0]?.id },
    ]) {
      expect((await ask("POST /opportunities/", { ...wanted, ...change })).status).toBe(400);
    }
    const { body } = await ask(`GET /opportunities/search?location_id=${here}`);
    expect(body["meta"]).toMatchObject({ total: deals().length });
  });
});

describe("locations, users and settings", () => {
  it("show a location only itself, and the agency all three", async () => {
    const local = (await signIn(sandbox, here)).access_token;
    const agency = (await signIn(sandbox, "company")).access_token;
    const names = async (token: string) => {
      const { body } = await ask("GET /locations/search", undefined, { token });
      return (body["locations"] as unknown as { name: string }[]).map(({ name }) => name);
    };
    expect(await names(local)).toEqual(["Harbor Street Dental"]);
    expect(await names(agency)).toEqual([
      "Bluebonnet Home Services",
      "Harbor Street Dental",
      "Marlowe & Finch Estates",
    ]);
    expect((await ask(`GET /locations/${here}`)).body["location"]).toMatchObject({
      companyId: sandbox.companyId,
      timezone: "America/Los_Angeles",
      settings: { allowDuplicateContact: false },
    });
  });

  it("show a location only the users who work in it", async () => {
    const search = `GET /users/search?companyId=${sandbox.companyId}`;
    const agency = (await signIn(sandbox, "company")).access_token;
    expect((await ask(search, undefined, { token: agency })).body["count"]).toBe(8);
    expect((await ask(search)).body["count"]).toBe(4);
    expect((await ask("GET /users/search")).status).toBe(422);
    const outsider = world.users.find((user) => !user.locationIds.includes(here));
    expect((await ask(`GET /users/${outsider?.id ?? ""}`)).status).toBe(403);
    expect(
      (await ask(`GET /users/${outsider?.id ?? ""}`, undefined, { token: agency })).body,
    ).toMatchObject({
      firstName: outsider?.firstName,
      roles: { type: "account", locationIds: outsider?.locationIds },
    });
  });

  it("list pipelines, workflows, custom fields and custom values of the location alone", async () => {
    const lists = [
      ["GET /opportunities/pipelines?locationId=", "pipelines", 2],
      ["GET /workflows/?locationId=", "workflows", 4],
    ] as const;
    for (const [path, key, count] of lists)
      expect((await ask(`${path}${here}`)).body[key]).toHaveLength(count);
    expect((await ask(`GET /locations/${here}/customFields`)).body["customFields"]).toHaveLength(3);
    expect(
      (await ask(`GET /locations/${here}/customFields?model=all`)).body["customFields"],
    ).toHaveLength(4);
    expect((await ask(`GET /locations/${here}/customValues`)).body["customValues"]).toHaveLength(2);
  });
});
