import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findBlocks, readPage, ROOT } from "../../support/doc-blocks.ts";

interface Rule {
  readonly name: string;
  readonly to: { readonly pathNot?: string | readonly string[] };
}
// a file of settings for another tool
const { forbidden } = createRequire(import.meta.url)(join(ROOT, ".dependency-cruiser.cjs")) as {
  readonly forbidden: readonly Rule[];
};

const block = findBlocks("docs/architecture.md").find(({ language }) => language === "mermaid");
const arrows = [...(block?.code ?? "").matchAll(/^ {2}(\S+) (-->|-\.->) (\S+)$/gmu)].map(
  ([, from = "", kind = "", to = ""]) => ({ from, kind, to }),
);

/** Layer to the layers that it may import, as the checker has them; `core` and itself left out. */
const allowed = forbidden.flatMap(({ name, to }) => {
  const from = /^layer-(\w+)$/u.exec(name)?.[1];
  if (from === undefined || !Array.isArray(to.pathNot)) return [];
  const targets = (to.pathNot as readonly string[])
    .slice(1)
    .map((path) => path.replace("^src/", ""));
  return targets
    .filter((target) => target !== "core/")
    .map((target) => ({
      from,
      to: target.replaceAll("\\.ts$", ".ts").replace(/\/.*$/u, ""),
      kind: /^(\w+\/|app\\\.ts\$)$/u.test(target) ? "-->" : "-.->",
    }));
});

const toLines = (list: readonly { from: string; kind: string; to: string }[]): readonly string[] =>
  [...new Set(list.map(({ from, kind, to }) => `${from} ${kind} ${to}`))].toSorted();

describe("the diagram of docs/architecture.md", () => {
  it("has boxes that are folders or files of src/, and no other line", () => {
    const names = new Set(arrows.flatMap(({ from, to }) => [from, to]));
    expect([...names].filter((name) => !existsSync(join(ROOT, "src", name)))).toEqual([]);
    expect(block?.code.split("\n").length).toBe(arrows.length + 1);
  });

  it("has the arrows that .dependency-cruiser.cjs allows, and no other", () => {
    const drawn = arrows.filter(({ from }) => from !== "app.ts");
    expect(toLines(drawn)).toEqual(toLines(allowed));
  });

  it("stands above a table with a row for each layer", () => {
    const page = readPage("docs/architecture.md");
    const layers = new Set(allowed.map(({ from }) => from));
    expect([...layers].filter((layer) => !page.includes(`| \`${layer}\` |`))).toEqual([]);
  });
});
