import { join } from "node:path";
import { type CallCase, type Measured, measureCalls, toMedians } from "../measure-calls.ts";
import type { PlainTable } from "../../measure/print-table.ts";
import { median } from "../../measure/statistics.ts";
import type { Part, Size } from "../part.ts";
import { SUBJECTS } from "../subjects.ts";
import { toTenths } from "../units.ts";
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
    const starts: (readonly MeasuredCase[])[] = [];
    for (let start = 0; start < size.starts; start += 1) {
      const cases = await openCases(createWorld(world.scope, world), tool, size);
      starts.push(await measureCalls(world, cases, size));
      if (profileFolder !== undefined && start === size.starts - 1) {
        for (const one of cases) await profile(world, one, join(profileFolder, toFile(tool, one)));
      }
      for (const { subject } of cases) await subject.child.end();
    }
    return [toTable(tool, starts)];
  },
});

type NamedCase = CallCase & { readonly name: string };
type MeasuredCase = Measured<NamedCase>;

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

const profile = async (world: World, one: CallCase, file: string): Promise<void> => {
  await one.subject.child.ask("startProfile");
  await measureCalls(world, [one], { rounds: 1, warmUp: one.calls });
  await one.subject.child.ask("writeProfile", file);
};

const toFile = (tool: string, one: { readonly name: string; readonly connections: number }) =>
  `${tool}-${one.name.replaceAll(/[^a-z0-9-]+/giu, "-")}-${one.connections}.cpuprofile`;

const toTable = (tool: BenchTool, starts: readonly (readonly MeasuredCase[])[]): PlainTable => {
  const all = starts.flatMap((cases) =>
    cases.map((one) => ({ ...one, ofFloor: toPart(one, cases) })),
  );
  return {
    title: `tools/call of ${tool}`,
    columns: COLUMNS,
    rows: (starts[0] ?? []).map(({ name, connections }) => {
      const own = all.filter((one) => one.name === name && one.connections === connections);
      const { cpuUsPerCall, callsPerSecond, p50Ms, p99Ms } = toMedians(
        own.map(({ figures }) => figures),
      );
      return [
        name,
        connections,
        Math.round(cpuUsPerCall),
        toRatio(median(own.map(({ ofFloor }) => ofFloor))),
        Math.round(callsPerSecond),
        toTenths(p50Ms),
        toTenths(p99Ms),
      ];
    }),
  };
};

/** The floor's processor time in parts of that of one server, both of the same start. */
const toPart = ({ connections, figures }: MeasuredCase, cases: readonly MeasuredCase[]): number => {
  const floor = cases.find((other) => other.connections === connections);
  return (floor?.figures.cpuUsPerCall ?? Number.NaN) / figures.cpuUsPerCall;
};

const toRatio = (value: number): number => Math.round(value * 100) / 100;
