import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunningSandbox } from "../../../src/sandbox/sandbox.ts";
import { seedWorld } from "../../../src/sandbox/seed/seed-world.ts";
import { startSandbox } from "../../../src/sandbox/start-sandbox.ts";
import type { Contact } from "../../../src/sandbox/world/contacts.ts";
import { call } from "./sign-in.ts";

interface Found {
  readonly id: string;
  readonly email?: string;
  readonly dateAdded: string;
  readonly searchAfter: readonly unknown[];
}

let sandbox: RunningSandbox;
let here = "";
let all: readonly Contact[] = [];

beforeAll(async () => {
  sandbox = await startSandbox();
  here = sandbox.locations[0]?.id ?? "";
  all = [...seedWorld(1).contacts.values()].filter(({ locationId }) => locationId === here);
});
afterAll(() => sandbox.close());

const ask = (body: Readonly<Record<string, unknown>>) =>
  call("POST /contacts/search", {
    baseUrl: sandbox.baseUrl,
    token: sandbox.privateTokens.get(here) ?? "",
    body: { locationId: here, pageLimit: 500, ...body },
  });

const search = async (body: Readonly<Record<string, unknown>>) => {
  const { status, body: answer } = await ask(body);
  expect(status).toBe(200);
  return answer as unknown as { contacts: Found[]; total: number };
};

/** The ids that a filter finds, checked against a plain reading of the sample data. */
const expectFound = async (filters: unknown, test: (contact: Contact) => boolean) => {
  const wanted = all.filter(test).map(({ id }) => id);
  const found = await search({ filters });
  expect(found.contacts.map(({ id }) => id).toSorted()).toEqual(wanted.toSorted());
  expect(found.total).toBe(wanted.length);
  // A filter that finds nothing or everyone would prove nothing.
  expect(wanted.length).toBeGreaterThan(0);
  expect(wanted.length).toBeLessThan(all.length);
};

describe("the operators of a filter", () => {
  it("eq: the whole value, in any case", async () => {
    await expectFound(
      [{ field: "firstNameLowerCase", operator: "eq", value: "Grace" }],
      (one) => one.firstName === "Grace",
    );
    await expectFound([{ field: "dnd", operator: "eq", value: true }], (one) => one.dnd);
    await expectFound(
      [{ field: "dndSettings.Email.status", operator: "eq", value: "active" }],
      (one) => one.dndSettings.email?.status === "active",
    );
  });

  it("eq on tags: one of them, and with a list any of the list", async () => {
    await expectFound([{ field: "tags", operator: "eq", value: "vip" }], (one) =>
      one.tags.includes("vip"),
    );
    await expectFound(
      [{ field: "tags", operator: "eq", value: ["vip", "whitening"] }],
      (one) => one.tags.includes("vip") || one.tags.includes("whitening"),
    );
  });

  it("not_eq: everyone else, those without a value included", async () => {
    await expectFound(
      [{ field: "tags", operator: "not_eq", value: "vip" }],
      (one) => !one.tags.includes("vip"),
    );
    await expectFound(
      [
        {
          field: "assignedTo",
          operator: "not_eq",
          value: all.find((one) => one.assignedTo)?.assignedTo,
        },
      ],
      (one) => one.assignedTo !== all.find((other) => other.assignedTo)?.assignedTo,
    );
  });

  it("contains and not_contains: a part of the value", async () => {
    await expectFound(
      [{ field: "email", operator: "contains", value: "@example.net" }],
      (one) => one.email?.includes("@example.net") === true,
    );
    await expectFound(
      [{ field: "email", operator: "not_contains", value: "@example.net" }],
      (one) => one.email?.includes("@example.net") !== true,
    );
  });

  it("exists and not_exists: whether there is a value, an empty list being none", async () => {
    await expectFound([{ field: "phone", operator: "exists" }], (one) => one.phone !== undefined);
    await expectFound([{ field: "tags", operator: "not_exists" }], (one) => one.tags.length === 0);
  });

  it("on a custom field, by its id", async () => {
    const field = seedWorld(1).customFields.find(
      ({ name, locationId }) => name === "Preferred dentist" && locationId === here,
    )?.id;
    await expectFound(
      [{ field: `customFields.${field ?? ""}`, operator: "eq", value: "Dr Amari" }],
      (one) => one.customFields.some(({ id, value }) => id === field && value === "Dr Amari"),
    );
  });

  it("range: with and without the bounds themselves", async () => {
    const dates = all.map(({ dateAdded }) => dateAdded).toSorted();
    const [low = "", high = ""] = [dates[20], dates[60]];
    const range = (value: unknown) => [{ field: "dateAdded", operator: "range", value }];
    await expectFound(
      range({ gte: low, lte: high }),
      (one) => one.dateAdded >= low && one.dateAdded <= high,
    );
    await expectFound(
      range({ gt: low, lt: high }),
      (one) => one.dateAdded > low && one.dateAdded < high,
    );
    await expectFound(range({ gt: Date.parse(low) }), (one) => one.dateAdded > low);
  });

  it("range: a time without an offset is meant in the location's time zone", async () => {
    // Contacts for whom the zone makes the difference: summer is 7 hours behind UTC, winter 8.
    const summer = all.find(({ dateAdded }) => /^2026-0[5-8]-..T0[1-6]/.test(dateAdded))?.dateAdded;
    const winter = all.find(({ dateAdded }) => /^2026-0[12]-..T1[3-8]/.test(dateAdded))?.dateAdded;
    if (summer === undefined || winter === undefined) throw new Error("no such contacts");
    const [day, noon] = [summer.slice(0, 10), `${winter.slice(0, 10)}T12:00:00`];
    const range = (value: unknown) => [{ field: "dateAdded", operator: "range", value }];
    await expectFound(range({ gte: day }), (one) => one.dateAdded >= `${day}T07:00:00.000Z`);
    await expectFound(
      range({ gte: noon }),
      (one) => one.dateAdded >= `${winter.slice(0, 10)}T20:00:00.000Z`,
    );
    await expectFound(range({ gte: `${noon}Z` }), (one) => one.dateAdded >= `${noon}.000Z`);
  });

  it("side by side must all hold, and groups nest", async () => {
    const vip = { field: "tags", operator: "eq", value: "vip" };
    const portland = { field: "city", operator: "eq", value: "Portland" };
    const lead = { field: "type", operator: "eq", value: "lead" };
    const noPhone = { field: "phone", operator: "not_exists" };
    const isVip = (one: Contact) => one.tags.includes("vip");
    await expectFound([vip, lead], (one) => isVip(one) && one.type === "lead");
    await expectFound(
      [{ group: "OR", filters: [vip, noPhone] }],
      (one) => isVip(one) || one.phone === undefined,
    );
    await expectFound(
      [
        {
          group: "OR",
          filters: [
            { group: "AND", filters: [vip, portland] },
            { group: "AND", filters: [lead, noPhone] },
          ],
        },
      ],
      (one) =>
        (isVip(one) && one.city === "Portland") || (one.type === "lead" && one.phone === undefined),
    );
  });

  it.each([
    ["an unknown field", { field: "contact_name", operator: "eq", value: "x" }],
    ["an unknown operator", { field: "email", operator: "like", value: "x" }],
    ["a missing value", { field: "email", operator: "eq" }],
    ["an empty range", { field: "dateAdded", operator: "range", value: {} }],
    ["a range that is no date", { field: "dateAdded", operator: "range", value: { gt: "soon" } }],
    ["an unknown bound", { field: "dateAdded", operator: "range", value: { over: 1 } }],
    ["an unknown group", { group: "XOR", filters: [] }],
    ["a text", "vip"],
  ])("are refused with %s", async (_, filter) => {
    const answer = await ask({ filters: [{ group: "AND", filters: [filter] }] });
    expect(answer.status).toBe(422);
    expect(answer.body.message[0]).toMatch(/^filters\.0\.filters\.0 /);
  });
});

describe("the query", () => {
  it("finds by name, email, tag and phone, within the location", async () => {
    const person = all.find(({ phone, email }) => phone !== undefined && email !== undefined);
    if (person?.phone === undefined || person.email === undefined)
      throw new Error("no such contact");
    const ids = async (query: string) => (await search({ query })).contacts.map(({ id }) => id);
    expect(await ids(person.email)).toEqual([person.id]);
    expect(await ids(person.phone)).toEqual([person.id]);
    expect(
      await ids(
        `(${person.phone.slice(2, 5)}) ${person.phone.slice(5, 8)}-${person.phone.slice(8)}`,
      ),
    ).toEqual([person.id]);
    expect(await ids(`${person.lastName ?? ""} ${person.firstName ?? ""}`)).toContain(person.id);
    expect((await search({ query: "whitening" })).total).toBeGreaterThan(0);
    expect((await search({ query: "landlord" })).total).toBe(0);
  });

  it("may have 75 characters and no more", async () => {
    expect((await ask({ query: "x".repeat(75) })).status).toBe(200);
    expect((await ask({ query: "x".repeat(76) })).status).toBe(422);
  });
});

describe("the order", () => {
  it("is the newest first unless said", async () => {
    const { contacts } = await search({});
    const dates = contacts.map(({ dateAdded }) => dateAdded);
    expect(dates).toEqual(dates.toSorted().toReversed());
  });

  it("follows the sort, later keys deciding between equals", async () => {
    const { contacts } = await search({
      sort: [
        { field: "lastNameLowerCase", direction: "asc" },
        { field: "dateAdded", direction: "desc" },
      ],
    });
    const keys = contacts.map((one) => {
      const { lastName = "", dateAdded } = all.find(({ id }) => id === one.id) ?? { dateAdded: "" };
      return { last: lastName.toLowerCase(), dateAdded };
    });
    for (const [index, key] of keys.entries()) {
      const before = keys[index - 1];
      if (before === undefined) continue;
      expect(
        before.last < key.last || (before.last === key.last && before.dateAdded >= key.dateAdded),
      ).toBe(true);
    }
  });

  it("is refused by an unknown field or direction", async () => {
    expect((await ask({ sort: [{ field: "nope", direction: "asc" }] })).status).toBe(422);
    expect((await ask({ sort: [{ field: "email", direction: "up" }] })).status).toBe(422);
  });
});

describe("paging", () => {
  const sorts = [
    undefined,
    [{ field: "city", direction: "desc" }],
    [{ field: "companyName", direction: "asc" }],
  ];

  it.each(sorts)("gives everyone exactly once, by page and by searchAfter (%#)", async (sort) => {
    const order = sort === undefined ? {} : { sort };
    const byPage: string[] = [];
    for (let page = 1; ; page += 1) {
      const { contacts } = await search({ ...order, pageLimit: 17, page });
      if (contacts.length === 0) break;
      byPage.push(...contacts.map(({ id }) => id));
    }
    const byCursor: string[] = [];
    for (let searchAfter: readonly unknown[] | undefined; ;) {
      const { contacts, total } = await search({
        ...order,
        pageLimit: 17,
        ...(searchAfter === undefined ? {} : { searchAfter }),
      });
      expect(total).toBe(all.length);
      if (contacts.length === 0) break;
      byCursor.push(...contacts.map(({ id }) => id));
      searchAfter = contacts.at(-1)?.searchAfter;
    }
    expect(byPage).toEqual(byCursor);
    expect(byPage.toSorted()).toEqual(all.map(({ id }) => id).toSorted());
  });

  it("needs pageLimit, of 500 at most", async () => {
    expect(await ask({ pageLimit: undefined })).toMatchObject({
      status: 422,
      body: { message: ["pageLimit should not be empty"] },
    });
    expect((await ask({ pageLimit: 501 })).status).toBe(422);
    expect((await ask({ pageLimit: 0 })).status).toBe(422);
  });

  it("by page reaches 10,000 records deep and no deeper", async () => {
    expect((await ask({ pageLimit: 500, page: 20 })).status).toBe(200);
    expect((await ask({ pageLimit: 500, page: 21 })).status).toBe(400);
  });
});
