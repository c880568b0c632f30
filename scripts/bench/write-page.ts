import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { toMarkdown } from "../measure/print-table.ts";
import type { Machine } from "./describe-machine.ts";
import type { Table } from "./part.ts";

const PAGE = fileURLToPath(new URL("../../docs/performance.md", import.meta.url));
const MARKS = {
  from: "<!-- figures: npm run bench -- --write -->",
  to: "<!-- end of figures -->",
} as const;

/** What a run found. */
export interface Findings {
  readonly machine: Machine;
  readonly tables: readonly Table[];
}

/** Puts figures between the marks of docs/performance.md; the rest of the page is written by hand. */
export const writePage = (findings: Findings): void => {
  writeFileSync(PAGE, replaceFigures(readFileSync(PAGE, "utf8"), findings));
};

/** The page with other figures. Throws where a mark is missing. */
const replaceFigures = (page: string, { machine, tables }: Findings): string => {
  const from = page.indexOf(MARKS.from);
  const to = page.indexOf(MARKS.to);
  if (from === -1 || to < from) throw new Error("docs/performance.md has no place for figures");
  const { cpu, cores, node, date, commit } = machine;
  const figures = [
    `${date}, commit ${commit}, ${cpu}, ${cores} cores, Node ${node}.`,
    ...tables.map((table) => `### ${table.title}\n\n${toMarkdown(table)}`),
  ];
  return `${page.slice(0, from)}${MARKS.from}\n\n${figures.join("\n\n")}\n\n${page.slice(to)}`;
};
