import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { TOOL_CHOICES } from "../../../src/mcp/tool-set.ts";
import { TOOLS } from "../../../src/mcp/tools/index.ts";

const page = readFileSync(new URL("../../../docs/tools.md", import.meta.url), "utf8");

/** The rows of the first table, cells trimmed. */
const rows = page
  .slice(0, page.indexOf("\n## "))
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );

describe("docs/tools.md", () => {
  it("lists the tools in their order, each with its access, area, groups and arguments", () => {
    expect(rows).toEqual(
      TOOLS.map((tool) => {
        const names = Object.keys(tool.choosing.inputSchema["properties"] ?? {});
        return [
          `\`${tool.name}\``,
          tool.access,
          tool.area ?? "–",
          tool.sets.join(", "),
          names.map((name) => `\`${name}\``).join(", ") || "–",
        ];
      }),
    );
  });

  it("names every choice of tools", () => {
    for (const choice of TOOL_CHOICES) expect(page).toContain(`\`${choice}\``);
  });
});
