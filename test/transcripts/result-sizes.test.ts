import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findOperation, listOperations } from "../../src/ghl/catalog/index.ts";
import type { Operation } from "../../src/ghl/catalog/operation.ts";
import { estimateTokens } from "../../src/mcp/estimate-tokens.ts";
import { optionalNames } from "../../src/mcp/operations/filled-in.ts";
import { TUNING_INTENTS } from "../evaluation/operation-intents.ts";
import { createHarness, toPrincipal } from "../unit/mcp/fixtures.ts";
import { rows } from "./job.ts";
import { readRow } from "./measured-table.ts";
import { type JobServer, startJobServer } from "./run-job.ts";
import type { Session } from "./session.ts";

/** What results cost, on the sandbox's data, through the whole server. */

const SEARCH = "contacts.search-contacts-advanced";
const MAX_RESULT = 6000;

let server: JobServer;
let session: Session;

beforeAll(async () => {
  server = await startJobServer();
  session = await server.open({ grant: "one location", confirmation: "by code" });
});
afterAll(async () => {
  await session.close();
  await server.close();
});

/** Prints a number, and finds it in the document. */
const tell = (what: string, tokens: number): void => {
  process.stdout.write(`${String(tokens).padStart(7)}  ${what}\n`);
  const row = `| ${what} | ${tokens} |`;
  expect(readRow(what, row)).toBe(row);
};

describe("a page of twenty contacts", () => {
  it("is many tokens as GoHighLevel gives it", async () => {
    const { world } = server;
    const raw = await world.send("POST", "/contacts/search", {
      locationId: world.here,
      page: 1,
      pageLimit: 20,
    });
    const compact = countTokens(JSON.stringify(raw));
    tell("as GoHighLevel gives it", compact);
    tell("the same, pretty-printed", countTokens(JSON.stringify(raw, undefined, 2)));
    expect(compact).toBeGreaterThan(5000);
  });

  it.each([
    ["through `search_contacts`", "search_contacts", {}],
    ["through `read_operation`", "read_operation", { operation: SEARCH }],
  ])("is at most 2,000 tokens %s", async (what, tool, args) => {
    const { text, data } = await session.call(tool, args);
    expect(rows(data, "contacts")).toHaveLength(20);
    tell(what, countTokens(text));
    expect(countTokens(text)).toBeLessThanOrEqual(2000);
  });

  it.each([
    ["search_contacts", {}],
    ["read_operation", { operation: SEARCH }],
  ])("has the rest one projection away, through %s", async (tool, args) => {
    const { data } = await session.call(tool, {
      ...args,
      fields: ["contactName", "postalCode", "customFields", "dateUpdated"],
    });
    const [contact] = rows(data, "contacts");
    expect(Object.keys(contact ?? {})).toEqual(
      expect.arrayContaining(["id", "contactName", "postalCode", "dateUpdated"]),
    );
  });
});

describe("every result", () => {
  /** What needs nothing but the location, which is filled in. */
  const isFree = (operation: Operation): boolean => {
    const optional = optionalNames(operation);
    const needed = [
      ...operation.parameters,
      ...Object.entries(operation.body?.fields ?? {}).map(([name, field]) => ({ name, ...field })),
    ].filter(({ name, required }) => required === true && !optional.has(name));
    return needed.length === 0 && operation.class === "read";
  };
  const free = listOperations()
    .map(({ id }) => findOperation(id))
    .filter((operation) => operation !== undefined)
    .filter(isFree);

  it("is at most about 6,000 tokens, of whatever can be read without arguments", async () => {
    let checked = 0;
    for (const { id } of free) {
      server.pass(10);
      const { text, isError } = await session.attempt("read_operation", {
        operation: id,
        pages: 5,
      });
      if (isError) continue;
      checked += 1;
      const tokens = countTokens(text);
      expect({ id, tokens: Math.max(tokens, MAX_RESULT) }).toEqual({ id, tokens: MAX_RESULT });
    }
    expect(checked).toBeGreaterThan(100);
  });

  it.each([
    ["search_contacts", { limit: 100 }],
    ["search_contacts", { limit: 100, fields: ["customFields", "tags", "address", "dateUpdated"] }],
    ["get_opportunities", { limit: 100, status: "all" }],
    ["read_operation", { operation: SEARCH, pages: 20, fields: ["customFields", "dndSettings"] }],
    [
      "read_operation",
      { operation: "conversations.export-messages-by-location", pages: 20, fields: ["contactId"] },
    ],
    ["find_free_slots", { calendars: ["Cleaning", "New patient exam"], limit: 100 }],
  ])("is at most about 6,000 tokens, of %s with %j", async (tool, args) => {
    server.pass(10);
    const { text } = await session.call(tool, args);
    const tokens = countTokens(text);
    expect(tokens).toBeLessThanOrEqual(MAX_RESULT);
    // the size that results are cut by, without the tokenizer
    expect(Math.abs(estimateTokens(text) / tokens - 1)).toBeLessThan(0.1);
  });

  it("is at most about 6,000 tokens over all locations, too", async () => {
    const all = await server.open({ grant: "all locations", confirmation: "by code" });
    for (const operation of [
      SEARCH,
      "opportunities.search-opportunity",
      "conversations.search-conversation",
      "locations.task-search",
      "conversations.export-messages-by-location",
    ]) {
      server.pass(10);
      const args = { operation, locations: ["all"], pages: 5 };
      const { text } = await all.call("read_operation", args);
      expect(countTokens(text)).toBeLessThanOrEqual(MAX_RESULT);
    }
    await all.close();
  });
});

describe("finding and describing operations", () => {
  it("answers fifty searches in at most 600 tokens each", async () => {
    const step = Math.floor(TUNING_INTENTS.length / 50);
    const costs: number[] = [];
    for (let index = 0; index < 50; index += 1) {
      const [query = ""] = TUNING_INTENTS[index * step] ?? [];
      costs.push(countTokens((await session.call("search_operations", { query })).text));
    }
    const most = Math.max(...costs);
    tell("the longest of fifty answers of `search_operations`", most);
    expect(most).toBeLessThanOrEqual(600);
  });

  it("describes nineteen in twenty operations in at most 900 tokens", async () => {
    const harness = await createHarness().connect(toPrincipal());
    const costs: number[] = [];
    for (const { id } of listOperations()) {
      const { text, isError } = await harness.call("describe_operation", { operation: id });
      if (!isError) costs.push(countTokens(text));
    }
    await harness.close();
    costs.sort((left, right) => left - right);
    expect(costs.length).toBeGreaterThan(600);
    const p95 = costs[Math.floor(costs.length * 0.95)] ?? 0;
    tell("`describe_operation`, the median of all", costs[Math.floor(costs.length / 2)] ?? 0);
    tell("`describe_operation`, the 95th percentile", p95);
    tell("`describe_operation`, the longest", costs.at(-1) ?? 0);
    expect(p95).toBeLessThanOrEqual(900);
  });
});
