import { setTimeout as sleep } from "node:timers/promises";
import type { Scope } from "../measure/scope.ts";
import { startServer } from "../measure/start-server.ts";
import type { FaultPlan } from "./faults.ts";
import { startFaults } from "./faults.ts";
import { judgeSamples, type Sample, type Trend } from "./judge.ts";
import { type KindCount, startLoad } from "./load.ts";
import type { SandboxFacts } from "./sandbox-process.ts";
import { signTenantsIn } from "./tenant.ts";
import { closeConnections } from "./wire.ts";

/** How a soak is run. */
export interface SoakPlan extends FaultPlan {
  readonly seconds: number;
  /** Goes on until so many were sent, however long it takes. Absent: no longer than `seconds`. */
  readonly leastRequests?: number;
  /** Requests per second in all. */
  readonly rate: number;
  readonly sampleEveryMs: number;
  /** So long connections may take afterwards to be closed on both sides. */
  readonly restWithinMs: number;
  /** Hears of each sample as it is taken. */
  onSample?(sample: Sample, done: number): void;
}

/** What a soak found. */
export interface SoakReport {
  readonly seconds: number;
  readonly rate: number;
  readonly faults: number;
  /** Cores that the server kept busy. */
  readonly cores: number;
  readonly calls: readonly KindCount[];
  readonly told: readonly (readonly [kind: string, times: number])[];
  readonly wrong: readonly string[];
  readonly trends: readonly Trend[];
  /** Descriptors before the load, and once its connections were closed again. */
  readonly descriptorsAtRest: readonly [before: number, after: number];
  readonly samples: readonly Sample[];
}

/** Of the samples, one in so many looks at the heap without its garbage. */
const COLLECT_EVERY = 6;
/** Connections that are kept for what comes next. */
const REST_ROOM = 8;

/** Runs the server under mixed load and faults. A wrong answer ends the run early. */
export const runSoak = async (scope: Scope, plan: SoakPlan): Promise<SoakReport> => {
  const sandbox = scope.start(new URL("./sandbox-process.ts", import.meta.url));
  const facts = await sandbox.ask<SandboxFacts>("start");
  const { child, publicUrl } = await startServer(scope, { upstream: facts });
  const tenants = await signTenantsIn(publicUrl, facts.places);
  const startedMs = performance.now();
  const before = await child.usage();
  const faults = startFaults(sandbox, plan);
  const load = startLoad(tenants, plan.rate);
  scope.signal.addEventListener("abort", () => {
    faults.stop();
    load.halt();
  });
  const samples: Sample[] = [];
  const takeSample = async (): Promise<void> => {
    const usage = await child.usage();
    const atSeconds = Math.round((performance.now() - startedMs) / 100) / 10;
    const isCollecting = samples.length % COLLECT_EVERY === 0;
    if (isCollecting) await child.ask("collectGarbage");
    const live = isCollecting ? (await child.usage()).heapUsedBytes : undefined;
    const sample = { atSeconds, ...usage, ...(live !== undefined && { liveHeapBytes: live }) };
    samples.push(sample);
    plan.onSample?.(sample, load.done());
  };
  const endsMs = startedMs + plan.seconds * 1000;
  const isOver = (): boolean =>
    performance.now() >= endsMs && load.sent() >= (plan.leastRequests ?? 0);
  while (!isOver() && load.wrong().length === 0) {
    const leftMs = endsMs - performance.now();
    await sleep(leftMs > 0 ? Math.min(plan.sampleEveryMs, leftMs) : plan.sampleEveryMs);
    scope.signal.throwIfAborted();
    await takeSample();
  }
  const after = await child.usage();
  const seconds = (performance.now() - startedMs) / 1000;
  faults.stop();
  await load.stop();
  closeConnections();
  return {
    seconds: Math.round(seconds),
    rate: plan.rate,
    faults: faults.count(),
    cores: Math.round(((after.cpuUs - before.cpuUs) / 1e6 / seconds) * 100) / 100,
    calls: load.counts(),
    told: load.told(),
    wrong: load.wrong(),
    trends: judgeSamples(samples),
    descriptorsAtRest: [
      before.descriptors,
      await waitForRest(child, before.descriptors, plan.restWithinMs),
    ],
    samples,
  };
};

/** The descriptors once they are as few as before, or as many as they stay. */
const waitForRest = async (
  child: { usage(): Promise<{ readonly descriptors: number }> },
  before: number,
  withinMs: number,
): Promise<number> => {
  const giveUpMs = performance.now() + withinMs;
  for (;;) {
    const { descriptors } = await child.usage();
    if (descriptors <= before || performance.now() > giveUpMs) return descriptors;
    await sleep(500);
  }
};

/** What is wrong with a run; nothing: every answer was right, memory and descriptors were flat. */
export const findFaults = (
  report: Pick<SoakReport, "wrong" | "trends" | "descriptorsAtRest">,
): readonly string[] => {
  const [before, after] = report.descriptorsAtRest;
  return [
    ...report.wrong.map((one) => `a wrong answer: ${one}`),
    ...report.trends
      .filter(({ verdict }) => verdict === "grows")
      .map(({ name, growth }) => `${name} grew by ${toFigure(name, growth)}`),
    ...(after > before + REST_ROOM
      ? [`${after} descriptors are open at rest, ${before} were before`]
      : []),
  ];
};

/** A value of a trend as tables show it. */
export const toFigure = (name: string, value: number): number =>
  name.endsWith("MB") ? Math.round(value / 1e5) / 10 : Math.round(value);
