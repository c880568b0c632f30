import { globSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const root = new URL("../../../", import.meta.url).pathname;

/** Lines that look like a row and are shown as text: what begins a table must be followed by its rule. */
const findLostRows = (page: string): readonly string[] => {
  const lines = readFileSync(root + page, "utf8")
    .replaceAll(/^```.*?^```/gmsu, "")
    .split("\n");
  return lines.filter(
    (line, index) =>
      line.startsWith("|") &&
      lines[index - 1]?.startsWith("|") !== true &&
      !/^\|[-:| ]+\|$/u.test(lines[index + 1] ?? ""),
  );
};

it.each(globSync(["*.md", "docs/**/*.md"], { cwd: root }))(
  "leaves no row of %s outside of its table",
  (page) => {
    expect(findLostRows(page)).toEqual([]);
  },
);
