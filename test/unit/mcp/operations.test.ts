import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { describe, expect, it } from "vitest";
import { ACCESS_LEVELS, AREAS, allowsAccess } from "../../../src/core/access.ts";
import { findOperation, listOperations } from "../../../src/ghl/catalog/index.ts";
import { createHarness, toPinned, toPrincipal } from "./fixtures.ts";

const TOKEN_OPERATIONS = [
  "oauth.get-access-token",
  "oauth.get-location-access-token",
  "oauth.get-location-access-token-v3",
];
const QUERIES = [
  "add a tag to a contact",
  "send an sms",
  "create an invoice",
  "free slots",
  "delete",
  "get location access token",
  "list",
  "charge a wallet",
];

const linesOf = (data: Readonly<Record<string, unknown>>): readonly string[] =>
  data["operations"] as readonly string[];
const idOf = (line: string): string => line.slice(0, line.indexOf(":"));

describe("search_operations", () => {
  it("gives each hit in one line: id, summary, what is required, class", async () => {
    const { data } = await createHarness().call(toPrincipal(), "search_operations", {
      query: "delete a contact",
      limit: 25,
    });
    const line = linesOf(data).find((one) => one.startsWith("contacts.delete-contact:"));
    expect(line).toMatch(/^contacts\.delete-contact: [A-Z].+ \(contactId\) \[critical\]$/);
  });

  it("leaves out of what is required what this server fills in", async () => {
    const { data } = await createHarness().call(toPrincipal(), "search_operations", {
      query: "search contacts",
      limit: 25,
    });
    for (const line of linesOf(data)) {
      expect(line).not.toMatch(/\b(?:locationId|location_id|altId|altType|companyId|pageLimit)\b/);
    }
  });

  it.each(QUERIES)("costs at most 600 tokens: %s", async (query) => {
    const { text } = await createHarness().call(toPrincipal(), "search_operations", { query });
    expect(countTokens(text)).toBeLessThanOrEqual(600);
  });

  it("finds for no grant what the grant may not do", async () => {
    for (const access of ACCESS_LEVELS) {
      for (const area of ["contacts", "payments"] as const) {
        const principal = toPrincipal({ access, areas: [area] });
        for (const query of QUERIES) {
          const { data } = await createHarness().call(principal, "search_operations", {
            query,
            limit: 25,
          });
          for (const line of linesOf(data)) {
            const operation = findOperation(idOf(line));
            expect(operation?.area).toBe(area);
            expect(allowsAccess(access, operation?.class ?? "critical")).toBe(true);
          }
        }
      }
    }
  });

  it("finds nothing that answers with tokens, and for other connections nothing that is an agency's", async () => {
    const query = "get access token of a location, agency plans, snapshots, marketplace charges";
    const search = async (kind: "company" | "location" | "private") => {
      const { data } = await createHarness({}, { connection: { kind } }).call(
        toPinned(),
        "search_operations",
        { query, limit: 25 },
      );
      return linesOf(data).map((line) => findOperation(idOf(line)));
    };
    for (const kind of ["company", "location", "private"] as const) {
      const found = await search(kind);
      expect(found.length).toBeGreaterThan(5);
      for (const operation of found) {
        expect(TOKEN_OPERATIONS).not.toContain(operation?.id);
        if (kind !== "company") expect(operation?.tokenClass).not.toBe("company");
        if (kind === "private") expect(operation?.oauthOnly).toBe(false);
      }
    }
  });

  it("says so where nothing fits", async () => {
    const { data } = await createHarness().call(toPrincipal({ areas: [] }), "search_operations", {
      query: "contacts",
    });
    expect(data).toEqual({
      operations: [],
      note: expect.stringContaining("nothing fits") as string,
    });
  });
});

describe("describe_operation", () => {
  const describeOne = (operation: string, path?: string) =>
    createHarness().call(toPrincipal(), "describe_operation", {
      operation,
      ...(path === undefined ? {} : { path }),
    });

  it("writes what an operation takes in a short notation, without what is filled in", async () => {
    const { data } = await describeOne("contacts.create-contact");
    expect(data).toMatchObject({
      operation: "contacts.create-contact",
      run_with: "write_operation",
      http: "POST /contacts/",
      scopes: ["contacts.write"],
      body: expect.stringContaining("tags: string[]") as string,
    });
    expect(data["body"]).not.toContain("locationId");
    expect(data).not.toHaveProperty("missing_scopes");
  });

  it("marks what is required, values and defaults, and how to page", async () => {
    const { data } = await describeOne("opportunities.search-opportunity");
    expect(data["parameters"]).toContain("status: open|won|lost|abandoned|all");
    expect(data["parameters"]).not.toMatch(/location/i);
    expect(data["paging"]).toContain("use pages and cursor");
  });

  it("says of a parameter that it takes a list, and of which words", async () => {
    const messages = await describeOne("conversations.get-messages");
    expect(messages.data["parameters"]).toMatch(/type: \(TYPE_CALL\|TYPE_SMS\|[^)]*\)\[\]/u);
    const reporting = await describeOne("ad-manager.fb-get-reporting");
    expect(reporting.data["parameters"]).toMatch(/fields\*: \(impressions\|clicks\|[^)]*\)\[\]/u);
    const prices = await describeOne("products.list-prices-for-product");
    expect(prices.data["parameters"]).toContain("ids: string[]");
  });

  it("names the scopes that the connection lacks", async () => {
    const { data } = await describeOne("workflows.get-workflow");
    expect(data["missing_scopes"]).toEqual(["workflows.readonly"]);
  });

  it("gives a part of a body by its path", async () => {
    const { data } = await describeOne("invoices.create-invoice", "items.taxes");
    expect(data["path"]).toBe("items.taxes");
    expect(data["type"]).toMatch(/^\{_id\*: string, name\*: string, rate\*: number/);
    expect((await describeOne("invoices.create-invoice", "body.items.taxes")).data["type"]).toBe(
      data["type"],
    );
    expect((await describeOne("invoices.create-invoice", "items.colour")).text).toContain(
      "leads to no part",
    );
  });

  it("describes every operation of the catalogue that is for this grant in at most 900 tokens", async () => {
    // Over one connection: opening one for each of 663 calls would be most of the time.
    const session = await createHarness().connect(toPrincipal());
    const refused: string[] = [];
    let most = 0;
    for (const { id } of listOperations()) {
      const { data, text, isError } = await session.call("describe_operation", { operation: id });
      if (isError) refused.push(id);
      most = Math.max(most, countTokens(text));
      if (String(data["body"]).includes("…")) expect(data["note"]).toContain("path");
    }
    await session.close();
    expect(refused).toEqual(TOKEN_OPERATIONS);
    expect(most).toBeLessThanOrEqual(900);
  });

  it("tells nothing of an operation outside the grant", async () => {
    const reader = toPrincipal({ access: "read", areas: ["contacts"] });
    for (const operation of ["contacts.create-contact", "invoices.get-invoice"]) {
      const result = await createHarness().call(reader, "describe_operation", { operation });
      expect(result.isError).toBe(true);
      expect(result.text).not.toMatch(/firstName|altId|\/invoices/);
    }
  });
});

describe("every area", () => {
  it("has operations that a grant of it alone can search", async () => {
    for (const { id } of AREAS) {
      const { data } = await createHarness().call(
        toPrincipal({ areas: [id] }),
        "search_operations",
        { query: "get list create update" },
      );
      expect(linesOf(data).length).toBeGreaterThan(0);
    }
  });
});
