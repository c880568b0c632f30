import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { findOperation } from "../../../src/ghl/catalog/index.ts";
import { listWorkflows } from "./example-tool.ts";

describe("docs/adding-a-tool.md", () => {
  it("shows a tool that compiles and has the parts that it promises", () => {
    const docs = readFileSync(new URL("../../../docs/adding-a-tool.md", import.meta.url), "utf8");
    const source = readFileSync(new URL("example-tool.ts", import.meta.url), "utf8");
    const asInTools = source
      .replaceAll("../../../src/core/", "../../core/")
      .replaceAll("../../../src/mcp/", "../");
    expect(docs).toContain(asInTools);
    expect(findOperation("workflows.get-workflow")).toMatchObject({ class: "read" });
    expect(listWorkflows.choosing.inputSchema).toEqual({
      type: "object",
      properties: {
        status: { type: "string", enum: ["draft", "published"] },
        location: { type: "string" },
      },
      required: ["location"],
      additionalProperties: false,
    });
  });
});
