import { writeFileSync } from "node:fs";
import { Command } from "commander";
import { describeMachine } from "../bench/describe-machine.ts";
import { toMarkdown } from "../measure/print-table.ts";
import { runInScope } from "../measure/scope.ts";
import { writeFigures } from "../measure/write-figures.ts";
import { FAULTS } from "./faults.ts";
import { findFaults, runSoak } from "./run-soak.ts";
import { toTables } from "./tables.ts";

const SAMPLE_EVERY_MS = 10_000;
const FAULT_EVERY_MS = 3_000;
const REST_WITHIN_MS = 30_000;

const { minutes, json, rate, write } = new Command("npm run soak --")
  .description(
    "Mixed load with faults on loopback; every answer must be right, memory and descriptors flat.",
  )
  .option("--minutes <n>", "how long", Number, 30)
  .option("--rate <n>", "requests per second in all", Number, 15)
  .option("--json <file>", "write the figures as JSON")
  .option("--write", "write the tables to docs/performance.md")
  .parse()
  .opts<{
    readonly minutes: number;
    readonly rate: number;
    readonly json?: string;
    readonly write?: boolean;
  }>();
if (!(minutes > 0 && rate > 0)) throw new Error("--minutes and --rate are positive numbers");

const machine = describeMachine();
const report = await runInScope((scope) =>
  runSoak(scope, {
    seconds: minutes * 60,
    rate,
    sampleEveryMs: SAMPLE_EVERY_MS,
    restWithinMs: REST_WITHIN_MS,
    faults: FAULTS,
    everyMs: FAULT_EVERY_MS,
    onSample: ({ atSeconds, rssBytes, liveHeapBytes, descriptors, maxDelayMs }, done) => {
      const live = liveHeapBytes === undefined ? "" : ` ${toMb(liveHeapBytes)} MB live heap,`;
      console.log(
        `${atSeconds} s: ${done} calls, ${toMb(rssBytes)} MB resident,${live} ` +
          `${descriptors} descriptors, event loop held up ${Math.round(maxDelayMs)} ms at most`,
      );
    },
  }),
);
const tables = toTables(report);
for (const table of tables) console.log(`\n${table.title}\n\n${toMarkdown(table)}`);
if (json !== undefined) {
  writeFileSync(json, `${JSON.stringify({ machine, ...report }, undefined, 2)}\n`);
}
if (write === true) writeFigures({ machine, parts: [{ name: "soak", tables }] });
const found = findFaults(report);
console.log(`\n${found.length === 0 ? "all is well" : found.join("\n")}`);
process.exitCode = found.length === 0 ? 0 : 1;

function toMb(bytes: number): number {
  return Math.round(bytes / 1e6);
}
