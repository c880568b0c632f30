import { mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { toMarkdown } from "../measure/print-table.ts";
import { runInScope } from "../measure/scope.ts";
import { type PartFindings, writeFigures } from "../measure/write-figures.ts";
import { describeMachine } from "./describe-machine.ts";
import { PARTS } from "./parts/index.ts";
import { FULL, QUICK } from "./sizes.ts";
import { createWorld } from "./world.ts";

interface Options {
  readonly quick?: boolean;
  readonly only: typeof PARTS;
  readonly json?: string;
  readonly write?: boolean;
  readonly profile?: string;
}

const choose = (only: string): typeof PARTS => {
  const names = only.split(",").map((name) => name.trim());
  const unknown = names.filter((name) => PARTS.every((part) => part.name !== name));
  if (unknown.length > 0) throw new InvalidArgumentError(`no such part: ${unknown.join(", ")}`);
  return PARTS.filter(({ name }) => names.includes(name));
};

const readOptions = (): Options =>
  new Command("npm run bench --")
    .description("Measures this server beside a bare proxy and the SDK's own handler, on loopback.")
    .option("--quick", "fewer calls and one round")
    .option("--only <parts>", "some parts, by name, with commas between", choose, PARTS)
    .option("--json <file>", "write the figures as JSON")
    .option("--write", "write the tables to docs/performance.md")
    .option("--profile <folder>", "write CPU profiles of the servers there, after the measuring")
    .addHelpText(
      "after",
      ["", "Parts:", ...PARTS.map(({ name, about }) => `  ${name.padEnd(16)}${about}`)].join("\n"),
    )
    .parse()
    .opts<Options>();

const options = readOptions();
if (options.profile !== undefined) mkdirSync(options.profile, { recursive: true });
const machine = describeMachine();
console.log(`${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, ${machine.commit}`);
const measured = await runInScope(async (scope) => {
  const world = createWorld(scope);
  const found: (PartFindings & { readonly seconds: number })[] = [];
  for (const part of options.only) {
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
