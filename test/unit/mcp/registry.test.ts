import { describe, expect, it } from "vitest";
import { type Face, createRegistry } from "../../../src/mcp/registry.ts";
import { TOOLS } from "../../../src/mcp/tools/index.ts";
import { createHarness, toPinned, toPrincipal } from "./fixtures.ts";

const ALL = [
  "get_oauth_status",
  "list_locations",
  "search_contacts",
  "get_contact",
  "create_contact",
  "update_contact",
  "get_opportunities",
  "update_opportunity",
  "get_conversation",
  "find_free_slots",
  "book_appointment",
  "send_message",
  "search_operations",
  "describe_operation",
  "read_operation",
  "write_operation",
  "critical_operation",
];
const WRITING = [
  "create_contact",
  "update_contact",
  "update_opportunity",
  "book_appointment",
  "write_operation",
];
const CRITICAL = ["send_message", "critical_operation"];
const GENERAL = [
  "search_operations",
  "describe_operation",
  "read_operation",
  "write_operation",
  "critical_operation",
];
const CHOOSING: Face = { pinned: false, tools: "all" };
const PINNED: Face = { pinned: true, tools: "all" };
const names = (list: readonly { readonly name: string }[]): string[] =>
  list.map(({ name }) => name);

describe("the registry", () => {
  const registry = createRegistry(TOOLS);

  it("lists all tools in a fixed order to a full grant", () => {
    expect(names(registry.list(toPrincipal(), CHOOSING))).toEqual(ALL);
  });

  it("leaves writing tools out of a read-only grant", () => {
    expect(names(registry.list(toPrincipal({ access: "read" }), CHOOSING))).toEqual(
      ALL.filter((name) => ![...WRITING, ...CRITICAL].includes(name)),
    );
  });

  it("leaves out the tools of other areas, and keeps those of no area", () => {
    expect(names(registry.list(toPrincipal({ areas: ["opportunities"] }), CHOOSING))).toEqual([
      "get_oauth_status",
      "list_locations",
      "get_opportunities",
      "update_opportunity",
      ...GENERAL,
    ]);
    expect(names(registry.list(toPrincipal({ areas: [] }), CHOOSING))).toEqual([
      "get_oauth_status",
      "list_locations",
      ...GENERAL,
    ]);
  });

  it("shows a connection only the group of tools that its address chose", () => {
    const shown = (tools: Face["tools"]): string[] =>
      names(registry.list(toPrincipal(), { ...CHOOSING, tools }));
    expect(shown("core")).toEqual([
      "get_oauth_status",
      "list_locations",
      "send_message",
      ...GENERAL,
    ]);
    expect(shown("crm")).toEqual(ALL.filter((name) => !GENERAL.includes(name)));
    expect(shown("chatgpt")).toEqual(["get_oauth_status", "list_locations", "search", "fetch"]);
    expect(
      registry.find("search_contacts", toPrincipal(), { ...CHOOSING, tools: "core" }),
    ).toBeUndefined();
  });

  it("gives the very same frozen list to every grant of one shape", () => {
    const one = registry.list(toPinned(), PINNED);
    expect(registry.list(toPrincipal({ subject: "another" }), PINNED)).toBe(one);
    expect(registry.list(toPinned(), CHOOSING)).not.toBe(one);
    expect(Object.isFrozen(one)).toBe(true);
  });

  it("refuses two tools of one name", () => {
    expect(() => createRegistry([...TOOLS, ...TOOLS.slice(0, 1)])).toThrow(
      "two tools have one name",
    );
  });
});

describe("a tool outside the grant", () => {
  it("is not run: too little access", async () => {
    const harness = createHarness();
    const result = await harness.call({ ...toPinned(), access: "read" }, "create_contact", {
      name: "Ann",
    });
    expect(result.isError).toBe(true);
    expect(result.text).toContain("needs write access and this grant has read access");
    expect(harness.calls).toEqual([]);
  });

  it("is not run: area left out", async () => {
    const harness = createHarness();
    const result = await harness.call({ ...toPinned(), areas: ["contacts"] }, "get_opportunities");
    expect(result.isError).toBe(true);
    expect(result.text).toContain('area "opportunities"');
    expect(harness.calls).toEqual([]);
  });
});
