import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Machine } from "../bench/describe-machine.ts";
import { type PlainTable, toMarkdown } from "./print-table.ts";

const PAGE = fileURLToPath(new URL("../../docs/performance.md", import.meta.url));

/** What a run found. */
export interface Findings {
  readonly machine: Machine;
  readonly parts: readonly PartFindings[];
}

/** The tables of one part. */
export interface PartFindings {
  /** As on the command line; the page has a place of this name. */
  readonly name: string;
  readonly tables: readonly PlainTable[];
}

/** Puts figures into docs/performance.md. */
export const writeFigures = (findings: Findings): void => {
  writeFileSync(PAGE, replaceFigures(readFileSync(PAGE, "utf8"), findings));
};

/**
 * The page with the figures of some parts replaced, each with the machine, the date and the commit that
 * it was measured on; those of other parts, and what people wrote, stay as they are. Pure. Throws where
 * a part has no place.
 */
export const replaceFigures = (page: string, { machine, parts }: Findings): string => {
  const { cpu, cores, node, date, commit } = machine;
  return parts.reduce((text, { name, tables }) => {
    const mark = `<!-- figures: ${name} -->`;
    const from = text.indexOf(mark);
    const to = text.indexOf(END, from);
    if (from === -1 || to === -1) throw new Error(`docs/performance.md has no place for ${name}`);
    const figures = [
      ...tables.map((table) => `**${table.title}**\n\n${toMarkdown(table)}`),
      `${date}, commit ${commit}, ${cpu}, ${cores} cores, Node ${node}.`,
    ];
    return `${text.slice(0, from)}${mark}\n\n${figures.join("\n\n")}\n\n${text.slice(to)}`;
  }, page);
};

const END = "<!-- end of figures -->";
