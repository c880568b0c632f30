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

/** What a listing needs beyond made up arguments to find anything. */
const PARAMETERS: Readonly<Record<string, object>> = {
  "medias.fetch-media-content": { type: "file" },
  "objects.search-object-records": { schemaKey: "business" },
};

/** Nobody is related to anybody in a fresh sandbox. */
const EMPTY = ["associations.get-relations-by-record-id"];

const walk = async (id: string, pageSize: number): Promise<string[]> => {
  const operation = findOperation(id);
  if (operation === undefined) throw new Error(id);
  const { here: locationId, sandbox, client } = rig;
  const values = { companyId: sandbox.companyId, appId: sandbox.appId, altType: "location" };
  const { parameters, body } = sampleCall(operation, { values });
  const input = {
    parameters: { ...parameters, ...PARAMETERS[id] },
    ...(body !== undefined && { body }),
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
    for (const [id] of listPaginations()) {
      const keys = await walk(id, 9);
      expect([id, new Set(keys).size]).toEqual([id, keys.length]);
      expect([id, keys.length > 0]).toEqual([id, !EMPTY.includes(id)]);
      expect([id, await walk(id, 100)]).toEqual([id, keys]);
      records += keys.length;
    }
    expect(records).toBeGreaterThan(1_500);
  });
});
