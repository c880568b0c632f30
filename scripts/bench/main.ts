import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { Command } from "commander";
import { toMarkdown } from "../measure/print-table.ts";
import { withScope } from "../measure/scope.ts";
import { describeMachine } from "./describe-machine.ts";
import type { Size, Table } from "./part.ts";
import { PARTS } from "./parts/index.ts";
import { createWorld } from "./world.ts";
import { writePage } from "./write-page.ts";

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
const tables = await withScope(async (scope) => {
  const world = createWorld(scope);
  const measured: Table[] = [];
  for (const part of parts) {
    scope.signal.throwIfAborted();
    const own = await part.run(
      world,
      options.quick === true ? QUICK : FULL,
      options.profile === undefined ? {} : { profileFolder: resolve(options.profile) },
    );
    for (const table of own) console.log(`\n${table.title}\n\n${toMarkdown(table)}`);
    measured.push(...own);
  }
  return measured;
});
if (options.json !== undefined) {
  writeFileSync(options.json, `${JSON.stringify({ machine, tables }, undefined, 2)}\n`);
}
if (options.write === true) writePage({ machine, tables });
