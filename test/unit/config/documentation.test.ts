import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { SETTING_ROWS } from "../../../src/config/schema.ts";

const read = (path: string): string =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");

test("docs/configuration.md has the row of every setting, in order, and no other", () => {
  const rows = read("docs/configuration.md")
    .split("\n## ")[0]
    ?.split("\n")
    .filter((line) => line.startsWith("| `"));
  const expected = [...SETTING_ROWS].map(([name, row]) => {
    const title = row.flag === undefined ? `\`${name}\`` : `\`${name}\`, \`${row.flag}\``;
    const plain = row.fallback === undefined ? "–" : `\`${row.fallback}\``;
    return `| ${title} | ${row.shownDefault ?? plain} | ${row.meaning} |`;
  });
  expect(rows).toEqual(expected);
});

test("docs/configuration.md lists the default scopes", () => {
  const block = /## Default scopes\s+```text\n([\s\S]*?)\n```/u.exec(read("docs/configuration.md"));
  expect(block?.[1]?.split("\n")).toEqual(SETTING_ROWS.get("GHL_SCOPES")?.fallback?.split(" "));
});
