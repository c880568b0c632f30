import { afterEach, describe, expect, it } from "vitest";
import type { Client } from "@modelcontextprotocol/client";
import { fail, ok } from "../../../src/core/result.ts";
import { findOperation } from "../../../src/ghl/catalog/index.ts";
import { RESOURCE_KINDS } from "../../../src/mcp/resources/resource-kind.ts";
import {
  type Answer,
  BERLIN,
  connectClient,
  createHarness,
  FOREIGN,
  type Harness,
  LYON,
  toPinned,
  toPrincipal,
} from "./fixtures.ts";

const PIPELINES = {
  pipelines: [
    {
      id: "p1",
      name: "Sales",
      locationId: BERLIN,
      showInFunnel: true,
      stages: [{ id: "s1", name: "New", position: 0, showInPieChart: true }],
    },
  ],
};

const clients: Client[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});

const open = async (
  principal = toPinned(),
  answers: Readonly<Record<string, Answer>> = { "opportunities.get-pipelines": ok(PIPELINES) },
): Promise<{ readonly client: Client; readonly harness: Harness }> => {
  const harness = createHarness(answers);
  const client = await connectClient(harness.surface, principal);
  clients.push(client);
  return { client, harness };
};

const uriOf = (location: string, kind: string): string => `ghl://locations/${location}/${kind}`;

describe("resources", () => {
  it("lists the furniture of a pinned location, in a fixed order", async () => {
    const { client } = await open();
    const { resources } = await client.listResources();
    expect(resources.map(({ uri }) => uri)).toEqual([
      uriOf(BERLIN, "pipelines"),
      uriOf(BERLIN, "calendars"),
      uriOf(BERLIN, "custom-fields"),
      uriOf(BERLIN, "users"),
      uriOf(BERLIN, "tags"),
    ]);
    expect(resources[0]).toMatchObject({
      title: "Pipelines of Berlin Dental",
      mimeType: "application/json",
    });
  });

  it("lists only what the areas of the grant cover", async () => {
    const { client } = await open({ ...toPinned(), areas: ["contacts"] });
    const { resources } = await client.listResources();
    expect(resources.map(({ uri }) => uri)).toEqual([uriOf(BERLIN, "tags")]);
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates[0]?.description).toContain("one of tags.");
  });

  it("goes over many locations in pages, each location once", async () => {
    const locations = Array.from({ length: 45 }, (_, index) => ({
      id: `Location${String(index).padStart(12, "0")}`,
      name: `Branch ${index}`,
    }));
    const harness = createHarness({}, { locations: locations as never });
    const client = await connectClient(harness.surface, toPrincipal({ areas: ["contacts"] }));
    clients.push(client);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await client.listResources(cursor === undefined ? {} : { cursor });
      seen.push(...page.resources.map(({ uri }) => uri));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(locations.map(({ id }) => uriOf(id, "tags")));
  });

  it("refuses a cursor that is none of its own", async () => {
    const { client } = await open();
    await expect(client.listResources({ cursor: "-1" })).rejects.toMatchObject({ code: -32602 });
  });

  it("reads down to what a model needs, through the grant's own connection", async () => {
    const { client, harness } = await open();
    const { contents } = await client.readResource({ uri: uriOf(BERLIN, "pipelines") });
    expect(contents).toEqual([
      {
        uri: uriOf(BERLIN, "pipelines"),
        mimeType: "application/json",
        text: JSON.stringify({
          pipelines: [{ id: "p1", name: "Sales", stages: [{ id: "s1", name: "New" }] }],
        }),
      },
    ]);
    expect(harness.calls).toMatchObject([
      { operation: "opportunities.get-pipelines", locationId: BERLIN, fairnessKey: "grant-1" },
    ]);
  });

  it("says that there is nothing of a kind", async () => {
    const { client } = await open(toPinned(), { "locations.get-location-tags": ok({ tags: [] }) });
    const { contents } = await client.readResource({ uri: uriOf(BERLIN, "tags") });
    expect(contents[0]).toMatchObject({ text: '{"tags":[]}' });
  });

  it.each([
    ["another location of the agency", uriOf(LYON, "pipelines")],
    ["a foreign location", uriOf(FOREIGN, "pipelines")],
    ["a kind that does not exist", uriOf(BERLIN, "secrets")],
    ["a path that climbs", `ghl://locations/${BERLIN}/../${LYON}/pipelines`],
    ["an encoded spelling", `ghl://locations/%42erlinBerlinBerlin01/pipelines`],
    ["another scheme", `https://locations/${BERLIN}/pipelines`],
    ["nothing", ""],
  ])("gives nothing for %s, and asks nobody", async (_what, uri) => {
    const { client, harness } = await open();
    await expect(client.readResource({ uri })).rejects.toMatchObject({
      code: -32602,
      data: { uri },
    });
    expect(harness.calls).toEqual([]);
  });

  it("gives nothing outside the areas of the grant, and asks nobody", async () => {
    const { client, harness } = await open({ ...toPinned(), areas: ["contacts"] });
    await expect(client.readResource({ uri: uriOf(BERLIN, "pipelines") })).rejects.toMatchObject({
      code: -32602,
    });
    expect(harness.calls).toEqual([]);
  });

  it("passes on what to do where GoHighLevel fails", async () => {
    const { client } = await open(toPinned(), {
      "opportunities.get-pipelines": fail({
        kind: "missing_scope",
        scopes: ["opportunities.readonly"],
      }),
    });
    await expect(client.readResource({ uri: uriOf(BERLIN, "pipelines") })).rejects.toThrow(
      'lacks the scope "opportunities.readonly"',
    );
  });

  it("describes an operation that the grant may run, and no other", async () => {
    const { client } = await open({ ...toPinned(), access: "read" });
    const uri = "ghl://operations/contacts.get-contact";
    const { contents } = await client.readResource({ uri });
    expect(contents[0]).toMatchObject({
      uri,
      text: expect.stringContaining("contactId") as string,
    });
    await expect(
      client.readResource({ uri: "ghl://operations/contacts.delete-contact" }),
    ).rejects.toMatchObject({ code: -32602 });
  });

  it("is made of operations that exist", () => {
    const ids = RESOURCE_KINDS.flatMap(({ changedBy, toCall }) => [
      ...changedBy,
      toCall(undefined).operation,
    ]);
    expect(ids.filter((id) => findOperation(id) === undefined)).toEqual([]);
  });
});
