import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { findOperation } from "../../../src/ghl/catalog/index.ts";
import { listPaginations } from "../../../src/ghl/catalog/overlays/pagination.ts";
import { type SandboxClient, startSandboxClient } from "../../support/sandbox-client.ts";
import { sampleCall } from "../ghl/sample-call.ts";

let rig: SandboxClient;

beforeAll(async () => {
  rig = await startSandboxClient();
});
afterAll(() => rig.close());

/** A record of a list, by its id. */
const firstOf = async (
  operation: string,
  list: string,
  parameters: object = {},
): Promise<Readonly<Record<string, unknown>>> => {
  const given = { parameters: { ...parameters }, locationId: rig.here };
  const result = await rig.client.callById(operation, given);
  if (!result.ok) throw new Error(`${operation}: ${JSON.stringify(result.failure)}`);
  const found = (result.value.body as Readonly<Record<string, unknown>>)[list];
  return (found as Readonly<Record<string, unknown>>[])[0] ?? {};
};

/** What a listing needs beyond made up arguments to find anything. */
const toExtras = async (id: string): Promise<{ parameters?: object; body?: object }> => {
  switch (id) {
    case "medias.fetch-media-content":
      return { parameters: { type: "file" } };
    case "objects.search-object-records":
      return { parameters: { schemaKey: "business" } };
    case "conversations.get-messages": {
      const found = await firstOf("conversations.search-conversation", "conversations");
      return { parameters: { conversationId: found["id"] } };
    }
    case "users.filter-users-by-email": {
      const { companyId } = rig.sandbox;
      const { email } = await firstOf("users.search-users", "users", { companyId });
      return { body: { emails: [email] } };
    }
    default:
      return {};
  }
};

/** Nobody has made any of these in a fresh sandbox. */
const EMPTY = [
  "associations.get-relations-by-record-id",
  "calendars.fetch-calendar-resources",
  "calendars.getAllSchedules",
  "contacts.get-contacts-by-businessId",
];

/** Notes are listed for one appointment, as test/unit/sandbox/calendars.test.ts shows. */
const OF_ONE_RECORD = ["calendars.get-appointment-notes"];

const walk = async (id: string, pageSize: number): Promise<string[]> => {
  const operation = findOperation(id);
  if (operation === undefined) throw new Error(id);
  const { here: locationId, sandbox, client } = rig;
  const values = { companyId: sandbox.companyId, appId: sandbox.appId, altType: "location" };
  const { parameters, body } = sampleCall(operation, { values });
  const extras = await toExtras(id);
  const input = {
    parameters: { ...parameters, ...extras.parameters },
    ...(body !== undefined && { body: { ...(body as object), ...extras.body } }),
    locationId,
    deadlineMs: 3_600_000,
  };
  const keys: string[] = [];
  for await (const item of client.paginateById(id, input, { pageSize })) {
    if (!item.ok) throw new Error(`${id}: ${JSON.stringify(item.failure)}`);
    const record = item.value.record as Readonly<Record<string, unknown>>;
    keys.push(String(record["id"] ?? record["_id"]));
  }
  return keys;
};

describe("every listing of the table", { timeout: 60_000 }, () => {
  it("gives each of its records once over its pages, and the same ones in larger pages", async () => {
    let records = 0;
    for (const [id] of listPaginations().filter(([one]) => !OF_ONE_RECORD.includes(one))) {
      const keys = await walk(id, 10);
      expect([id, new Set(keys).size]).toEqual([id, keys.length]);
      expect([id, keys.length > 0]).toEqual([id, !EMPTY.includes(id)]);
      expect([id, await walk(id, 100)]).toEqual([id, keys]);
      records += keys.length;
    }
    expect(records).toBeGreaterThan(1_500);
  });
});

// The client drops what it has seen already, and so would not show a page that begins too early.
describe("a page", () => {
  const page = async (operation: string, list: string, parameters: object, body?: object) => {
    const given = { parameters: { ...parameters }, locationId: rig.here };
    const result = await rig.client.callById(operation, {
      ...given,
      ...(body !== undefined && { body }),
    });
    if (!result.ok) throw new Error(JSON.stringify(result.failure));
    const answer = result.value.body as Readonly<Record<string, unknown>>;
    return { answer, rows: answer[list] as { readonly id: string; searchAfter?: unknown }[] };
  };

  it("begins right after the record that its cursor names", async () => {
    const search = "conversation-ai.search-agent";
    const { rows } = await page(search, "agents", { limit: 4 });
    const next = await page(search, "agents", { limit: 2, startAfter: rows[1]?.id });
    expect(next.rows).toEqual(rows.slice(2));
  });

  it("begins right after the key of a search, or where its number says", async () => {
    const search = "objects.search-object-records";
    const key = { schemaKey: "business" };
    const { rows } = await page(search, "records", key, { page: 1, pageLimit: 4 });
    const { searchAfter } = rows[1] ?? {};
    const after = { page: 1, pageLimit: 2, searchAfter };
    expect((await page(search, "records", key, after)).rows).toEqual(rows.slice(2));
    const second = { page: 2, pageLimit: 2 };
    expect((await page(search, "records", key, second)).rows).toEqual(rows.slice(2));
  });

  it("says where the next one begins, until there is none", async () => {
    const list = "knowledge-base.list";
    const key = { knowledgeBaseId: "kb" };
    const first = await page(list, "faqs", { ...key, limit: 20 });
    expect(first.answer).toMatchObject({ hasMore: true, lastFaqId: first.rows.at(-1)?.id });
    const { lastFaqId } = first.answer;
    const last = await page(list, "faqs", { ...key, limit: 20, lastFaqId });
    expect(last.answer["hasMore"]).toBe(false);
    expect(last.answer).not.toHaveProperty("lastFaqId");
    expect(new Set([...first.rows, ...last.rows].map(({ id }) => id)).size).toBe(23);
  });
});
