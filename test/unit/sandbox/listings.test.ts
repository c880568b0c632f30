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
  const result = await rig.client.call(operation, given);
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
  for await (const item of client.paginate(id, input, { pageSize })) {
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
