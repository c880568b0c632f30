import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { Command } from "commander";
import { toMarkdown } from "../measure/print-table.ts";
import { runInScope } from "../measure/scope.ts";
import { type PartFindings, writeFigures } from "../measure/write-figures.ts";
import { describeMachine } from "./describe-machine.ts";
import type { Size } from "./part.ts";
import { PARTS } from "./parts/index.ts";
import { createWorld } from "./world.ts";

interface Options {
  readonly quick?: boolean;
  readonly only?: string;
  readonly json?: string;
  readonly write?: boolean;
  readonly profile?: string;
}

const FULL: Size = {
  rounds: 3,
  warmUp: 15_000,
  calls: 5_000,
  lists: 2_000,
  memoryCalls: 50_000,
  sseClients: 1_000,
  refreshes: 2_000,
  signIns: 60,
  vaults: [1, 100, 10_000],
  coldStarts: 15,
};

const QUICK: Size = {
  rounds: 1,
  warmUp: 3_000,
  calls: 800,
  lists: 300,
  memoryCalls: 2_000,
  sseClients: 200,
  refreshes: 300,
  signIns: 10,
  vaults: [1, 100],
  coldStarts: 3,
};

const readOptions = (): Options =>
  new Command("npm run bench --")
    .description("Measures this server beside a bare proxy and the SDK's own handler, on loopback.")
    .option("--quick", "fewer calls and one round: under a minute on two idle cores")
    .option("--only <parts>", "some parts, by name, with commas between")
    .option("--json <file>", "write the figures as JSON")
    .option("--write", "write the tables to docs/performance.md")
    .option("--profile <folder>", "write CPU profiles of the servers there, after the measuring")
    .addHelpText(
      "after",
      ["", "Parts:", ...PARTS.map(({ name, about }) => `  ${name.padEnd(16)}${about}`)].join("\n"),
    )
    .parse()
    .opts<Options>();

const choose = (only: string | undefined): typeof PARTS => {
  if (only === undefined) return PARTS;
  const names = only.split(",").map((name) => name.trim());
  const unknown = names.filter((name) => PARTS.every((part) => part.name !== name));
  if (unknown.length > 0) throw new Error(`no such part: ${unknown.join(", ")}`);
  return PARTS.filter(({ name }) => names.includes(name));
};

const options = readOptions();
const parts = choose(options.only);
const machine = describeMachine();
console.log(`${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, ${machine.commit}`);
const measured = await runInScope(async (scope) => {
  const world = createWorld(scope);
  const found: (PartFindings & { readonly seconds: number })[] = [];
  for (const part of parts) {
    scope.signal.throwIfAborted();
    const startedMs = performance.now();
    const tables = await part.run(
      world,
      options.quick === true ? QUICK : FULL,
      options.profile === undefined ? {} : { profileFolder: resolve(options.profile) },
    );
    const seconds = Math.round((performance.now() - startedMs) / 1000);
    for (const table of tables) console.log(`\n${table.title}\n\n${toMarkdown(table)}`);
    console.log(`\n(${part.name} took ${seconds} s)`);
    found.push({ name: part.name, tables, seconds });
    // Part by part: one that fails later takes nothing with it.
    if (options.write === true) writeFigures({ machine, parts: [{ name: part.name, tables }] });
  }
  return found;
});
if (options.json !== undefined) {
  writeFileSync(options.json, `${JSON.stringify({ machine, parts: measured }, undefined, 2)}\n`);
}
