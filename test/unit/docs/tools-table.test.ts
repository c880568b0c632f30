import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PROMPTS } from "../../../src/mcp/prompts/index.ts";
import { RESOURCE_KINDS } from "../../../src/mcp/resources/resource-kind.ts";
import { TOOL_CHOICES } from "../../../src/mcp/tool-set.ts";
import { TOOLS } from "../../../src/mcp/tools/index.ts";

const DOCUMENT = new URL("../../../docs/tools.md", import.meta.url);

/** The tables of the document by their head, and what they must hold. */
const TABLES: Readonly<Record<string, readonly string[]>> = {
  "| Tool | Does | Access | Area | Sets |": TOOLS.map(
    ({ name, description, access, area, sets }) =>
      `| \`${name}\` | ${description} | ${access} | ${area ?? ""} | ${sets.join(", ")} |`,
  ),
  "| Kind | Area |": RESOURCE_KINDS.map(({ name, area }) => `| \`${name}\` | ${area} |`),
  "| Prompt | Does | Arguments |": PROMPTS.map(
    ({ name, description, arguments: args }) =>
      `| \`${name}\` | ${description} | ${args.map((one) => `\`${one.name}\``).join(", ")} |`,
  ),
};

const findTable = (head: string): { readonly before: string; readonly rows: string } => {
  const text = readFileSync(DOCUMENT, "utf8");
  const start = text.indexOf("\n", text.indexOf(`${head}\n`) + head.length + 1) + 1;
  const end = text.indexOf("\n\n", start - 1);
  return { before: text.slice(0, start), rows: text.slice(start, Math.max(start, end)) };
};

describe("docs/tools.md", () => {
  it.each(Object.entries(TABLES))("holds the table %s as it is in the code", (head, rows) => {
    if (process.env["UPDATE_DOCS"] === "1") {
      const { before, rows: old } = findTable(head);
      const rest = readFileSync(DOCUMENT, "utf8").slice(before.length + old.length);
      writeFileSync(DOCUMENT, `${before}${rows.join("\n")}${old === "" ? "\n" : ""}${rest}`);
    }
    expect(findTable(head).rows).toBe(rows.join("\n"));
  });

  it("names every choice of tools", () => {
    const page = readFileSync(DOCUMENT, "utf8");
    for (const choice of TOOL_CHOICES) expect(page).toContain(`\`${choice}\``);
  });
});
