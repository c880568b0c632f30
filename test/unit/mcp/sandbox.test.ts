import { Client } from "@modelcontextprotocol/client";
import { InMemoryTransport } from "@modelcontextprotocol/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../../src/core/clock.ts";
import { type LocationId, toLocationId } from "../../../src/core/ids.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { fail, ok } from "../../../src/core/result.ts";
import { toSecret } from "../../../src/core/secret.ts";
import { createGhlClient } from "../../../src/ghl/client.ts";
import type { TokenSource } from "../../../src/ghl/ports.ts";
import { createMcpSurface } from "../../../src/mcp/surface.ts";
import { createHttpClient } from "../../../src/net/undici-http-client.ts";
import type { RunningSandbox } from "../../../src/sandbox/sandbox.ts";
import { startSandbox } from "../../../src/sandbox/start-sandbox.ts";
import { createMemoryKeeper } from "./confirmation-keeper.ts";
import { toPrincipal } from "./fixtures.ts";

let sandbox: RunningSandbox;
let client: Client;
let home: { readonly id: string; readonly name: string };

/** Tokens of the sandbox's own private integrations: no sign-in is needed here. */
const toTokenSource = (running: RunningSandbox): TokenSource => {
  const getToken: TokenSource["getToken"] = async ({ locationId = toLocationId("") }) => {
    const token = running.privateTokens.get(locationId);
    return token === undefined
      ? fail({ kind: "location_not_allowed", locationId })
      : ok({ token: toSecret(token), kind: "private" });
  };
  return { getToken, replaceToken: async (request) => getToken(request) };
};

beforeAll(async () => {
  sandbox = await startSandbox();
  const [first] = sandbox.locations;
  if (first === undefined) throw new Error("the sandbox has no location");
  home = first;
  const http = createHttpClient();
  const ghl = createGhlClient({
    apiBaseUrl: sandbox.baseUrl,
    tokens: toTokenSource(sandbox),
    http,
    clock: systemClock,
    log: silentLogger,
  });
  const surface = createMcpSurface({
    ghl,
    connections: {
      findConnection: async () => undefined,
      listLocations: async () =>
        ok(sandbox.locations.map(({ id, name }) => ({ id: toLocationId(id), name }))),
    },
    confirmations: createMemoryKeeper(),
    clock: systemClock,
    log: silentLogger,
    version: "0.0.0",
    mode: "sandbox",
  });
  const locations: readonly LocationId[] = sandbox.locations.map(({ id }) => toLocationId(id));
  const [near, far] = InMemoryTransport.createLinkedPair();
  await surface.createServer(toPrincipal({ locations }), "legacy").connect(far);
  client = new Client({ name: "test", version: "1" });
  await client.connect(near);
  return () => http.close();
});

afterAll(async () => {
  await client.close();
  await sandbox.close();
});

interface Rows {
  readonly contacts: readonly Record<string, unknown>[];
  readonly opportunities: readonly Record<string, unknown>[];
  readonly total: number;
  readonly next_cursor?: string;
  readonly outcome: string;
  readonly contact: Record<string, unknown>;
}

const call = async (name: string, args: Record<string, unknown>): Promise<Rows> => {
  const result = await client.callTool({ name, arguments: { location: home.name, ...args } });
  expect(result.content).not.toMatchObject([{ text: "" }]);
  if (result.isError === true) throw new Error(JSON.stringify(result.content));
  return result.structuredContent as unknown as Rows;
};

describe("the tools against the sandbox", () => {
  it("read every contact once, page by page", async () => {
    const seen = new Set<unknown>();
    let cursor: string | undefined;
    let total = 0;
    let pages = 0;
    do {
      const page = await call("search_contacts", {
        limit: 40,
        ...(cursor === undefined ? {} : { cursor }),
      });
      for (const { id } of page.contacts) {
        expect(seen.has(id)).toBe(false);
        seen.add(id);
      }
      ({ total } = page);
      cursor = page.next_cursor;
      pages += 1;
    } while (cursor !== undefined && pages < 20);
    expect(total).toBeGreaterThan(40);
    expect(seen.size).toBe(total);
  });

  it("find contacts by each filter", async () => {
    const { contacts, total } = await call("search_contacts", { limit: 100 });
    const sample = contacts.find(
      ({ email, phone, tags }) => email !== undefined && phone !== undefined && tags !== undefined,
    );
    if (sample === undefined) throw new Error("no contact with email, phone and tags");
    const ids = (page: Rows): unknown[] => page.contacts.map(({ id }) => id);
    expect(ids(await call("search_contacts", { email: sample["email"] }))).toContain(sample["id"]);
    expect(ids(await call("search_contacts", { phone: sample["phone"] }))).toContain(sample["id"]);
    const [tag] = sample["tags"] as string[];
    const tagged = await call("search_contacts", { tags: [tag], limit: 100 });
    expect(ids(tagged)).toContain(sample["id"]);
    expect(tagged.total).toBeLessThan(total);
    for (const contact of tagged.contacts) expect(contact["tags"]).toContain(tag);
    const added = String(sample["added"]);
    expect(ids(await call("search_contacts", { added_after: added, limit: 100 }))).toContain(
      sample["id"],
    );
    expect((await call("search_contacts", { added_after: "2999-01-01" })).contacts).toEqual([]);
    const byName = await call("search_contacts", { sort: "name_asc", limit: 100 });
    expect(byName.contacts.length).toBeGreaterThan(1);
  });

  it("create a contact, meet its duplicate, and update it without losing tags", async () => {
    const email = "made.by.test@example.com";
    const created = await call("create_contact", {
      first_name: "Made",
      email,
      tags: ["one"],
      company: "Acme",
      country: "us",
    });
    expect(created).toMatchObject({ outcome: "created", contact: { email, tags: ["one"] } });
    await expect(call("create_contact", { first_name: "Made", email })).rejects.toThrow(
      String(created.contact["id"]),
    );
    const found = await call("create_contact", { first_name: "Made", email, if_exists: "return" });
    expect(found).toMatchObject({ outcome: "found", contact: { id: created.contact["id"] } });
    const updated = await call("create_contact", {
      last_name: "Later",
      email,
      tags: ["two"],
      if_exists: "update",
    });
    expect(updated).toMatchObject({ outcome: "updated", contact: { id: created.contact["id"] } });
    expect(updated.contact["tags"]).toEqual(expect.arrayContaining(["one", "two"]));
  });

  it("list opportunities by pipeline and stage name, each once", async () => {
    const first = await call("get_opportunities", { limit: 5 });
    expect(first.total).toBeGreaterThan(5);
    const seen = new Set<unknown>(first.opportunities.map(({ id }) => id));
    const second = await call("get_opportunities", { limit: 5, cursor: first.next_cursor });
    for (const { id } of second.opportunities) expect(seen.has(id)).toBe(false);
    const [deal] = first.opportunities;
    if (deal === undefined) throw new Error("no deal");
    const same = await call("get_opportunities", {
      pipeline: deal["pipeline"],
      stage: deal["stage"],
      limit: 100,
    });
    expect(same.opportunities.map(({ id }) => id)).toContain(deal["id"]);
    for (const one of same.opportunities) expect(one["stage"]).toBe(deal["stage"]);
    const won = await call("get_opportunities", { status: "won", limit: 100 });
    for (const one of won.opportunities) expect(one["status"]).toBe("won");
  });

  it("stay within 2,000 tokens for twenty contacts and 6,000 for a hundred deals", async () => {
    expect(JSON.stringify(await call("search_contacts", {})).length).toBeLessThan(6_000);
    expect(JSON.stringify(await call("get_opportunities", { limit: 100 })).length).toBeLessThan(
      18_500,
    );
  });
});
