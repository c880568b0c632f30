import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import { describeMachine } from "../bench/describe-machine.ts";
import { toMarkdown } from "../measure/print-table.ts";
import { withScope } from "../measure/scope.ts";
import { startServer } from "../measure/start-server.ts";
import { startFaults } from "./faults.ts";
import { judgeSamples, type Sample } from "./judge.ts";
import { startLoad } from "./load.ts";
import type { SandboxFacts } from "./sandbox-process.ts";
import { signTenantsIn } from "./tenant.ts";
import { closeConnections } from "./wire.ts";

const SAMPLE_EVERY_MS = 10_000;

const { minutes, json, rate } = new Command("npm run soak --")
  .description("Mixed load with faults on loopback; memory and descriptors must stay flat.")
  .option("--minutes <n>", "how long", Number, 30)
  .option("--rate <n>", "requests per second in all", Number, 15)
  .option("--json <file>", "write the figures as JSON")
  .parse()
  .opts<{ readonly minutes: number; readonly rate: number; readonly json?: string }>();
if (!(minutes > 0 && rate > 0)) throw new Error("--minutes and --rate are positive numbers");

const report = await withScope(async (scope) => {
  const sandbox = scope.start(new URL("./sandbox-process.ts", import.meta.url));
  const facts = await sandbox.ask<SandboxFacts>("start");
  const server = await startServer(scope, { upstream: facts });
  const tenants = await signTenantsIn(server.publicUrl, facts.places);
  const startedMs = performance.now();
  const before = await server.child.usage();
  const stopFaults = startFaults(sandbox);
  const load = startLoad(tenants, rate);
  const samples: Sample[] = [];
  const endsMs = startedMs + minutes * 60_000;
  while (performance.now() < endsMs && load.wrong().length === 0) {
    await sleep(Math.min(SAMPLE_EVERY_MS, endsMs - performance.now()));
    scope.signal.throwIfAborted();
    const atSeconds = Math.round((performance.now() - startedMs) / 1000);
    const sample = { atSeconds, ...(await server.child.usage()) };
    samples.push(sample);
    const { rssBytes, heapUsedBytes, descriptors, maxDelayMs } = sample;
    console.log(
      `${atSeconds} s: ${load.done()} calls, ${toMb(rssBytes)} MB resident, ${toMb(heapUsedBytes)} MB heap, ` +
        `${descriptors} descriptors, event loop held up ${Math.round(maxDelayMs)} ms at most`,
    );
  }
  const faults = stopFaults();
  await load.stop();
  closeConnections();
  const after = samples.at(-1);
  const cores = ((after?.cpuUs ?? 0) - before.cpuUs) / 1e6 / Math.max(1, after?.atSeconds ?? 1);
  return {
    machine: describeMachine(),
    minutes,
    rate,
    tenants: tenants.length,
    faults,
    cores: Math.round(cores * 100) / 100,
    calls: load.counts(),
    told: load.told(),
    wrong: load.wrong(),
    trends: judgeSamples(samples),
    samples,
  };
});

function toMb(bytes: number): number {
  return Math.round(bytes / 1024 / 1024);
}

if (json !== undefined) writeFileSync(json, `${JSON.stringify(report, undefined, 2)}\n`);
const { calls, told, trends, wrong } = report;
console.log(
  [
    toMarkdown({ title: "", columns: ["request", "sent", "errors told"], rows: calls }),
    toMarkdown({ title: "", columns: ["error", "times"], rows: told }),
    toMarkdown({
      title: "",
      columns: ["measure", "third quarter", "last quarter", "verdict"],
      rows: trends.map(({ name, before, after, isFlat }) => [
        name,
        Math.round(before),
        Math.round(after),
        isFlat ? "flat" : "grows",
      ]),
    }),
    `${report.faults} faults, ${report.cores} cores used by the server`,
    ...wrong.map((one) => `WRONG: ${one}`),
  ].join("\n\n"),
);
// A run too short for quarters says nothing of growth.
const grows = report.samples.length >= 12 && trends.some(({ isFlat }) => !isFlat);
process.exitCode = wrong.length > 0 || grows ? 1 : 0;
