import { join } from "node:path";
import { type CallCase, type CallFigures, measureCalls } from "../measure-calls.ts";
import type { PlainTable } from "../../measure/print-table.ts";
import { median } from "../../measure/statistics.ts";
import type { Part, Size } from "../part.ts";
import { SUBJECTS } from "../subjects.ts";
import { type BenchTool, createWorld, type World } from "../world.ts";

const COLUMNS = [
  "server",
  "connections",
  "CPU µs per call",
  "of the floor",
  "calls/s",
  "p50 ms",
  "p99 ms",
] as const;

/**
 * Calls of one tool: the floor, both eras of this server, and the handler of the SDK. Each is started several
 * times, since two starts of the same program can differ by a fifth for as long as they live.
 */
export const createCallsPart = (tool: BenchTool): Part => ({
  name: tool,
  about: `tools/call of ${tool}: CPU, calls/s, p50, p99, beside a bare proxy and the SDK's handler`,
  run: async (world, size, { profileFolder }) => {
    const starts: (readonly NamedFigures[])[] = [];
    for (let start = 0; start < size.starts; start += 1) {
      const cases = await openCases(createWorld(world.scope, world), tool, size);
      const figures = await measureCalls(world, cases, size);
      starts.push(cases.map((one, index) => ({ ...one, figures: figures[index] ?? NOTHING })));
      if (profileFolder !== undefined && start === size.starts - 1) {
        for (const one of cases) await profile(world, one, join(profileFolder, toFile(tool, one)));
      }
      for (const { subject } of cases) await subject.child.end();
    }
    return [toTable(tool, starts)];
  },
});

type NamedCase = CallCase & { readonly name: string };
type NamedFigures = NamedCase & { readonly figures: CallFigures };

const openCases = async (
  world: World,
  tool: BenchTool,
  { connections: widths, calls }: Size,
): Promise<readonly NamedCase[]> => {
  const cases: NamedCase[] = [];
  for (const connections of widths) {
    for (const subject of Object.values(SUBJECTS)) {
      const opened = await subject.open(world, tool);
      const { requests } = opened;
      cases.push({ name: subject.name, subject: opened, requests, connections, calls });
    }
  }
  return cases;
};

const NOTHING: CallFigures = {
  cpuUsPerCall: Number.NaN,
  callsPerSecond: Number.NaN,
  p50Ms: Number.NaN,
  p99Ms: Number.NaN,
  maxDelayMs: Number.NaN,
};

const profile = async (world: World, one: CallCase, file: string): Promise<void> => {
  await one.subject.child.ask("startProfile");
  await measureCalls(world, [one], { rounds: 1, warmUp: one.calls });
  await one.subject.child.ask("writeProfile", file);
};

const toFile = (tool: string, one: { readonly name: string; readonly connections: number }) =>
  `${tool}-${one.name.replaceAll(/[^a-z0-9-]+/giu, "-")}-${one.connections}.cpuprofile`;

const toTable = (tool: BenchTool, starts: readonly (readonly NamedFigures[])[]): PlainTable => ({
  title: `tools/call of ${tool}`,
  columns: COLUMNS,
  rows: (starts[0] ?? []).map(({ name, connections }, index) => {
    const over = (read: (one: CallFigures, floor: CallFigures) => number): number =>
      median(
        starts.map((cases) => {
          const one = cases[index]?.figures ?? NOTHING;
          const floor = cases.find((other) => other.connections === connections)?.figures;
          return read(one, floor ?? NOTHING);
        }),
      );
    return [
      name,
      connections,
      Math.round(over(({ cpuUsPerCall }) => cpuUsPerCall)),
      toRatio(over((one, floor) => floor.cpuUsPerCall / one.cpuUsPerCall)),
      Math.round(over(({ callsPerSecond }) => callsPerSecond)),
      toTenths(over(({ p50Ms }) => p50Ms)),
      toTenths(over(({ p99Ms }) => p99Ms)),
    ];
  }),
});

const toRatio = (value: number): number => Math.round(value * 100) / 100;
const toTenths = (value: number): number => Math.round(value * 10) / 10;
