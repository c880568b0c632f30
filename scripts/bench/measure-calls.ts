import { median } from "../measure/statistics.ts";
import type { LoadJob } from "../measure/load.ts";
import type { OpenSubject } from "./subjects.ts";
import type { World } from "./world.ts";

/** The figures of one subject at one number of connections, medians over the rounds. */
export interface CallFigures {
  readonly cpuUsPerCall: number;
  readonly callsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The longest hold-up of the server's event loop, in any round. */
  readonly maxDelayMs: number;
}

/** One row to measure. */
export interface CallCase {
  readonly subject: OpenSubject;
  readonly requests: LoadJob["requests"];
  readonly connections: number;
  readonly calls: number;
  /** Calls before those. Default: as many as for all cases. */
  readonly warmUp?: number;
  /** Each round goes on where the last one ended, so that over all of them every request is sent. */
  readonly isGoingOn?: boolean;
}

/** A case and what was measured of it. */
export type Measured<Case extends CallCase> = Case & { readonly figures: CallFigures };

/**
 * Measures cases side by side: in each round all of them in turn, so that whatever else the machine does
 * meets all alike. Before that each is warmed up, at one number of connections: V8 goes on compiling for
 * tens of thousands of calls, and the first thousands cost up to seven times as much.
 */
export const measureCalls = async <Case extends CallCase>(
  world: World,
  cases: readonly Case[],
  { rounds, warmUp }: { readonly rounds: number; readonly warmUp: number },
): Promise<readonly Measured<Case>[]> => {
  const connections = cases[0]?.connections;
  for (const one of cases.filter((other) => other.connections === connections)) {
    await measureOnce(world, { ...one, calls: one.warmUp ?? warmUp });
  }
  const measured = cases.map((one) => ({ one, taken: [] as CallFigures[] }));
  for (let round = 0; round < rounds; round += 1) {
    for (const { one, taken } of measured) taken.push(await measureOnce(world, goOn(one, round)));
  }
  return measured.map(({ one, taken }) => ({ ...one, figures: toMedians(taken) }));
};

/** The medians of several times, and the longest hold-up of all. */
export const toMedians = (figures: readonly CallFigures[]): CallFigures => ({
  cpuUsPerCall: median(figures.map(({ cpuUsPerCall }) => cpuUsPerCall)),
  callsPerSecond: median(figures.map(({ callsPerSecond }) => callsPerSecond)),
  p50Ms: median(figures.map(({ p50Ms }) => p50Ms)),
  p99Ms: median(figures.map(({ p99Ms }) => p99Ms)),
  maxDelayMs: Math.max(...figures.map(({ maxDelayMs }) => maxDelayMs)),
});

const goOn = (one: CallCase, round: number): CallCase => {
  if (one.isGoingOn !== true) return one;
  const { requests, calls } = one;
  const from = (round * calls) % requests.length;
  return { ...one, requests: [...requests.slice(from), ...requests.slice(0, from)] };
};

const measureOnce = async (
  world: World,
  { subject, requests, connections, calls }: CallCase,
): Promise<CallFigures> => {
  const before = await subject.child.usage();
  const result = await world.load().run({ url: subject.publicUrl, connections, calls, requests });
  const after = await subject.child.usage();
  return {
    cpuUsPerCall: (after.cpuUs - before.cpuUs) / result.calls,
    callsPerSecond: result.calls / result.seconds,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    maxDelayMs: after.maxDelayMs,
  };
};
