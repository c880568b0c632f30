import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { describe, expect, it } from "vitest";
import { ok } from "../../../src/core/result.ts";
import { BERLIN, createHarness, toContact, toPinned } from "./fixtures.ts";

const OPERATION = "contacts.search-contacts-advanced";
const page = (
  from: number,
  count: number,
  extra?: Record<string, unknown>,
  total = 300,
): unknown => ({
  contacts: Array.from({ length: count }, (_, index) => toContact(from + index, extra)),
  total,
});

describe("search_contacts", () => {
  it("asks for twenty, newest first, in the location", async () => {
    const harness = createHarness({ [OPERATION]: ok(page(1, 1)) });
    await harness.call(toPinned(), "search_contacts");
    expect(harness.calls).toMatchObject([
      { operation: OPERATION, connectionId: "connection-1", locationId: BERLIN },
    ]);
    expect(harness.calls[0]?.body).toEqual({
      locationId: BERLIN,
      pageLimit: 20,
      page: 1,
      filters: [],
      sort: [{ field: "dateAdded", direction: "desc" }],
    });
  });

  it("turns every argument into the filter that GoHighLevel documents", async () => {
    const harness = createHarness({ [OPERATION]: ok(page(1, 1)) });
    await harness.call(toPinned(), "search_contacts", {
      query: "ann",
      email: " Ann@Example.com ",
      phone: "+1 (202) 555-0101",
      tags: ["vip", "lead"],
      assigned_to: "user-9",
      added_after: "2026-01-01",
      added_before: "2026-02-01T00:00:00Z",
      updated_after: "2026-01-05",
      sort: "name_asc",
      limit: 5,
    });
    expect(harness.calls[0]?.body).toEqual({
      locationId: BERLIN,
      pageLimit: 5,
      page: 1,
      query: "ann",
      filters: [
        { field: "email", operator: "eq", value: "ann@example.com" },
        { field: "phone", operator: "eq", value: "+12025550101" },
        { field: "assignedTo", operator: "eq", value: "user-9" },
        { field: "tags", operator: "contains", value: "vip" },
        { field: "tags", operator: "contains", value: "lead" },
        {
          field: "dateAdded",
          operator: "range",
          value: { gte: "2026-01-01", lte: "2026-02-01T00:00:00Z" },
        },
        { field: "dateUpdated", operator: "range", value: { gte: "2026-01-05" } },
      ],
      sort: [{ field: "firstNameLowerCase", direction: "asc" }],
    });
  });

  it("looks for a part of the number when it has no country code", async () => {
    const harness = createHarness({ [OPERATION]: ok(page(1, 1)) });
    await harness.call(toPinned(), "search_contacts", { phone: "0202 555" });
    expect(harness.calls[0]?.body).toMatchObject({
      filters: [{ field: "phone", operator: "contains", value: "202555" }],
    });
  });

  it("gives a short summary of each contact and nothing empty", async () => {
    const harness = createHarness({ [OPERATION]: ok(page(1, 1, {}, 1)) });
    const result = await harness.call(toPinned(), "search_contacts");
    expect(result.data).toEqual({
      contacts: [
        {
          id: "contact-1",
          name: "Person 1",
          email: "person1@example.com",
          phone: "+12025550001",
          tags: ["lead"],
          added: "2026-01-02T04:04:05+01:00",
        },
      ],
      total: 1,
    });
    expect(JSON.parse(result.text)).toEqual(result.data);
    expect(result.text).not.toContain(": ");
  });

  it("gives an empty list when nothing is found", async () => {
    const harness = createHarness({ [OPERATION]: ok({ contacts: [], total: 0 }) });
    expect((await harness.call(toPinned(), "search_contacts")).data).toEqual({
      contacts: [],
      total: 0,
    });
  });

  it("gives the fields asked for instead of the summary", async () => {
    const harness = createHarness({ [OPERATION]: ok(page(1, 1)) });
    const { data } = await harness.call(toPinned(), "search_contacts", {
      fields: ["firstName", "attributions"],
    });
    expect(data["contacts"]).toEqual([
      { id: "contact-1", firstName: "Person", attributions: [{ pageUrl: "https://example.com" }] },
    ]);
  });

  it("goes on after the last contact of a full page", async () => {
    const harness = createHarness({ [OPERATION]: ok(page(1, 20)) });
    const { data } = await harness.call(toPinned(), "search_contacts");
    await harness.call(toPinned(), "search_contacts", { cursor: data["next_cursor"] });
    expect(harness.calls[1]?.body).toMatchObject({
      searchAfter: [1_767_000_000_020, "contact-20"],
    });
    expect(harness.calls[1]?.body).not.toHaveProperty("page");
  });

  it("goes on after a short page, to the one that reaches the total", async () => {
    const harness = createHarness({
      [OPERATION]: async ({ body }) => {
        const isFirst = (body as Record<string, unknown>)["searchAfter"] === undefined;
        return ok(isFirst ? page(1, 19, {}, 25) : page(20, 6, {}, 25));
      },
    });
    const first = await harness.call(toPinned(), "search_contacts");
    expect(first.data["contacts"]).toHaveLength(19);
    const second = await harness.call(toPinned(), "search_contacts", {
      cursor: first.data["next_cursor"],
    });
    expect(harness.calls[1]?.body).toMatchObject({
      searchAfter: [1_767_000_000_019, "contact-19"],
    });
    expect(second.data["contacts"]).toHaveLength(6);
    expect(second.data).not.toHaveProperty("next_cursor");
  });

  it("ends at an empty page where fewer come than were counted, or nothing is counted", async () => {
    const { total: _total, ...uncounted } = page(1, 3) as Record<string, unknown>;
    for (const answer of [page(1, 3), uncounted]) {
      const harness = createHarness({
        [OPERATION]: async ({ body }) => {
          const isFirst = (body as Record<string, unknown>)["searchAfter"] === undefined;
          return ok(isFirst ? answer : { ...(answer as object), contacts: [] });
        },
      });
      const first = await harness.call(toPinned(), "search_contacts");
      const second = await harness.call(toPinned(), "search_contacts", {
        cursor: first.data["next_cursor"],
      });
      expect(harness.calls[1]?.body).toMatchObject({ searchAfter: expect.any(Array) as unknown });
      expect(second.data["contacts"]).toEqual([]);
      expect(second.data).not.toHaveProperty("next_cursor");
    }
  });

  it("gives no cursor after a full page that reaches the total", async () => {
    const harness = createHarness({ [OPERATION]: ok(page(1, 20, {}, 20)) });
    const { data } = await harness.call(toPinned(), "search_contacts");
    expect(data).not.toHaveProperty("next_cursor");
  });

  it("goes on after a contact that has no value to sort by", async () => {
    const searchAfter = [null, "contact-20"];
    const harness = createHarness({ [OPERATION]: ok(page(1, 20, { searchAfter })) });
    const first = await harness.call(toPinned(), "search_contacts", { sort: "name_asc" });
    await harness.call(toPinned(), "search_contacts", {
      sort: "name_asc",
      cursor: first.data["next_cursor"],
    });
    expect(harness.calls[1]?.body).toMatchObject({ searchAfter });
  });

  it.each([
    ["none", undefined],
    ["an empty one", []],
    ["one that is no position", [{ value: 1 }]],
    ["one that is too long for a cursor", ["x".repeat(5_000)]],
  ])("says that there is more where GoHighLevel gives %s", async (_name, searchAfter) => {
    const harness = createHarness({ [OPERATION]: ok(page(1, 20, { searchAfter })) });
    const { data } = await harness.call(toPinned(), "search_contacts");
    expect(data).not.toHaveProperty("next_cursor");
    expect(data["note"]).toBe("there may be more, but no place to go on from; narrow the search");
  });

  it("cuts a page that is too large at a record and goes on at that very record", async () => {
    const long = { notes: "7 words of a note that somebody wrote. ".repeat(165) };
    const harness = createHarness({ [OPERATION]: ok(page(1, 10, long)) });
    const args = { fields: ["notes"], limit: 10 };
    const first = await harness.call(toPinned(), "search_contacts", args);
    const ids = (data: Record<string, unknown>): unknown[] =>
      (data["contacts"] as { id: string }[]).map(({ id }) => id);
    expect(ids(first.data)).toEqual(["contact-1", "contact-2", "contact-3"]);
    expect(first.data["note"]).toContain("cut after 3 records");
    expect(countTokens(first.text)).toBeLessThan(6000);
    const second = await harness.call(toPinned(), "search_contacts", {
      ...args,
      cursor: first.data["next_cursor"],
    });
    expect(ids(second.data)).toEqual(["contact-4", "contact-5", "contact-6"]);
    expect(harness.calls[1]?.body).toMatchObject({ page: 1 });
  });

  it.each([
    ["a smaller limit", [10, 10, 2, 5, 5]],
    ["a larger limit", [10, 100, 100, 20]],
  ])("gives each contact once where a cut page goes on with %s", async (_name, limits) => {
    const long = { notes: "7 words of a note that somebody wrote. ".repeat(165) };
    const harness = createHarness({
      [OPERATION]: async ({ body }) => {
        const { searchAfter, pageLimit } = body as Record<string, unknown>;
        const after = Array.isArray(searchAfter) ? Number(searchAfter[0]) - 1_767_000_000_000 : 0;
        return ok(page(after + 1, Number(pageLimit), long));
      },
    });
    const seen: unknown[] = [];
    let cursor: unknown;
    for (const limit of limits) {
      const args = { fields: ["notes"], limit, ...(cursor === undefined ? {} : { cursor }) };
      const { data } = await harness.call(toPinned(), "search_contacts", args);
      const ids = (data["contacts"] as { id: string }[]).map(({ id }) => id);
      expect(ids.length).toBeGreaterThan(0);
      expect(ids.length).toBeLessThanOrEqual(limit);
      seen.push(...ids);
      cursor = data["next_cursor"];
    }
    expect(seen).toEqual(seen.map((_id, index) => `contact-${index + 1}`));
  });

  it("gives twenty contacts in fewer than 6,000 characters, about 2,000 tokens", async () => {
    const harness = createHarness({ [OPERATION]: ok(page(1, 20)) });
    expect((await harness.call(toPinned(), "search_contacts")).text.length).toBeLessThan(6000);
  });

  it.each([
    [{ limit: "many" }, '"limit" must be a number'],
    [{ limit: 1000 }, '"limit" must be at most 100'],
    [{ sort: "shoe_size" }, '"sort" must be one of "added_desc"'],
    [{ tags: "vip" }, '"tags" must be an array'],
    [{ tags: [7] }, '"tags.0" must be a string'],
    [{ added_after: "yesterday" }, '"added_after" must be an ISO 8601 date or time'],
    [{ shoe_size: 43 }, '"shoe_size" is not an argument of this tool; it takes query, email'],
    [{ cursor: "nonsense" }, '"cursor" is not a next_cursor of this tool'],
  ])("refuses %j and says what would be right", async (args, text) => {
    const harness = createHarness({ [OPERATION]: ok(page(1, 1)) });
    const result = await harness.call(toPinned(), "search_contacts", args);
    expect(result.isError).toBe(true);
    expect(result.text).toContain(text);
    expect(harness.calls).toEqual([]);
  });

  it("does not echo a long value", async () => {
    const harness = createHarness();
    const { text } = await harness.call(toPinned(), "search_contacts", {
      query: "secret".repeat(100),
    });
    expect(text).toBe('"query" must be at most 75 characters long');
  });

  it("says so when the answer cannot be read", async () => {
    const harness = createHarness({ [OPERATION]: ok("<html>") });
    const result = await harness.call(toPinned(), "search_contacts");
    expect(result.isError).toBe(true);
    expect(result.text).toContain("something unreadable");
  });
});
