import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { describe, expect, it } from "vitest";
import { AREAS } from "../../../src/core/access.ts";
import { findOperation } from "../../../src/ghl/catalog/index.ts";
import { TOOLS } from "../../../src/mcp/tools/index.ts";
import { createHarness, toPinned, toPrincipal } from "./fixtures.ts";

const goldenDir = new URL("../../golden/tools/", import.meta.url);
const update = process.env["UPDATE_GOLDEN"] === "1";

const CHATGPT = ["search", "fetch"];

describe("every tool", () => {
  it("is listed once, under a name of the form verb_noun, but for the pair that ChatGPT names", () => {
    const names = TOOLS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const ours = names.filter((name) => !CHATGPT.includes(name));
    expect(ours).toHaveLength(names.length - 2);
    for (const name of ours) expect(name).toMatch(/^[a-z]+(_[a-z]+)+$/);
  });

  it.each(TOOLS.map((tool) => [tool.name, tool] as const))(
    "%s states all four hints truthfully",
    (_name, tool) => {
      expect(Object.keys(tool.annotations).sort()).toEqual([
        "destructiveHint",
        "idempotentHint",
        "openWorldHint",
        "readOnlyHint",
      ]);
      expect(tool.annotations.readOnlyHint).toBe(tool.access === "read");
      expect(tool.annotations.destructiveHint && tool.access !== "critical").toBe(false);
      expect([undefined, ...AREAS.map(({ id }) => id)]).toContain(tool.area);
    },
  );

  it.each(TOOLS.map((tool) => [tool.name, tool] as const))(
    "%s has closed schemas without $ref, without a union at the root and without a dialect",
    (_name, tool) => {
      for (const schema of [
        tool.pinned.inputSchema,
        tool.choosing.inputSchema,
        tool.outputSchema,
      ]) {
        if (schema === undefined) continue;
        expect(schema).toMatchObject({ type: "object", additionalProperties: false });
        for (const keyword of [
          "anyOf",
          "oneOf",
          "allOf",
          "not",
          "$schema",
          "$ref",
          "$defs",
          "definitions",
        ]) {
          expect(schema).not.toHaveProperty([keyword]);
        }
        expect(JSON.stringify(schema)).not.toContain("$ref");
        expect(Object.isFrozen(schema)).toBe(true);
      }
    },
  );

  it("has no location argument when the grant has one location, and one when it has several", () => {
    for (const tool of TOOLS) {
      expect(tool.pinned.inputSchema["properties"]).not.toHaveProperty("location");
      // The pair searches every location of the grant: its arguments are fixed.
      const isNamed = tool.target !== "grant" && !CHATGPT.includes(tool.name);
      const { properties } = tool.choosing.inputSchema;
      expect(Object.keys(Object(properties)).includes("location")).toBe(isNamed);
      // Operations of an agency have no location.
      if (tool.target === "location") {
        expect(tool.choosing.inputSchema["required"]).toContain("location");
      }
    }
  });

  it("costs few tokens: no tool more than 400, all of them at most 3,000", async () => {
    const { surface } = createHarness();
    const listed = await surface.listTools(toPrincipal());
    const costs = listed.map((tool) => countTokens(JSON.stringify(tool)));
    expect(Math.max(...costs)).toBeLessThanOrEqual(400);
    expect(countTokens(JSON.stringify({ tools: listed }))).toBeLessThanOrEqual(3000);
  });

  it("keeps the tools that reach every operation within half of that", async () => {
    const { surface } = createHarness();
    const view = await surface.view(
      toPrincipal(),
      new URLSearchParams("tools=core"),
      new AbortController().signal,
    );
    if (!view.ok) throw new Error(view.failure.text);
    const core = await surface.listTools(view.value);
    expect(core.map(({ name }) => name)).toEqual([
      "get_oauth_status",
      "list_locations",
      "send_message",
      "search_operations",
      "describe_operation",
      "read_operation",
      "write_operation",
      "critical_operation",
    ]);
    expect(countTokens(JSON.stringify({ tools: core }))).toBeLessThanOrEqual(1500);
  });

  it.each(TOOLS.map((tool) => [tool.name, tool] as const))(
    "%s looks to clients as its golden file says",
    async (name) => {
      const { surface } = createHarness();
      const seen = {
        pinned: (await surface.listTools(toPinned())).find((tool) => tool.name === name),
        choosing: (await surface.listTools(toPrincipal())).find((tool) => tool.name === name),
      };
      const file = new URL(`${name}.json`, goldenDir);
      if (update) writeFileSync(file, `${JSON.stringify(seen, undefined, 2)}\n`);
      expect(seen).toEqual(JSON.parse(readFileSync(file, "utf8")));
    },
  );

  it("has a golden file, and no golden file is left over", () => {
    expect(readdirSync(goldenDir).sort()).toEqual(TOOLS.map(({ name }) => `${name}.json`).sort());
  });

  it("names only operations that the catalogue has", () => {
    const toolsDir = new URL("../../../src/mcp/tools/", import.meta.url);
    const sources = readdirSync(toolsDir).map((file) =>
      readFileSync(new URL(file, toolsDir), "utf8"),
    );
    const ids = sources.flatMap((source) =>
      [...source.matchAll(/context\.call\(\s*"([^"]+)"/g)].map(([, id]) => id ?? ""),
    );
    expect(ids.length).toBeGreaterThanOrEqual(7);
    expect(ids.filter((id) => findOperation(id) === undefined)).toEqual([]);
  });
});
