import { join } from "node:path";
import { type CallCase, type CallFigures, measureCalls } from "../measure-calls.ts";
import type { PlainTable } from "../../measure/print-table.ts";
import type { Part } from "../part.ts";
import { SUBJECTS } from "../subjects.ts";
import type { BenchTool } from "../world.ts";

const COLUMNS = [
  "server",
  "connections",
  "CPU µs per call",
  "of the floor",
  "calls/s",
  "p50 ms",
  "p99 ms",
] as const;

/** Calls of one tool: the floor, both eras of this server, and the handler of the SDK. */
export const createCallsPart = (tool: BenchTool): Part => ({
  name: tool,
  about: `tools/call of ${tool}: CPU, calls/s, p50, p99, beside a bare proxy and the SDK's handler`,
  run: async (world, { rounds, calls, connections: widths, warmUp }, { profileFolder }) => {
    const cases: (CallCase & { readonly name: string })[] = [];
    for (const connections of widths) {
      for (const subject of Object.values(SUBJECTS)) {
        const opened = await subject.open(world, tool);
        const { requests } = opened;
        cases.push({ name: subject.name, subject: opened, requests, connections, calls });
      }
    }
    const figures = await measureCalls(world, cases, { rounds, warmUp });
    if (profileFolder !== undefined) {
      for (const one of cases) await profile(world, one, join(profileFolder, toFile(tool, one)));
    }
    return [toTable(tool, cases, figures)];
  },
});

const profile = async (
  world: Parameters<Part["run"]>[0],
  one: CallCase,
  file: string,
): Promise<void> => {
  await one.subject.child.ask("startProfile");
  await measureCalls(world, [one], { rounds: 1, warmUp: one.calls });
  await one.subject.child.ask("writeProfile", file);
};

const toFile = (tool: string, one: { readonly name: string; readonly connections: number }) =>
  `${tool}-${one.name.replaceAll(/[^a-z0-9-]+/giu, "-")}-${one.connections}.cpuprofile`;

const toTable = (
  tool: string,
  cases: readonly { readonly name: string; readonly connections: number }[],
  figures: readonly CallFigures[],
): PlainTable => ({
  title: `tools/call of ${tool}`,
  columns: COLUMNS,
  rows: figures.map((one, index) => {
    const { name = "", connections = 0 } = cases[index] ?? {};
    const floor = figures[cases.findIndex((other) => other.connections === connections)];
    return [
      name,
      connections,
      Math.round(one.cpuUsPerCall),
      toRatio((floor?.cpuUsPerCall ?? Number.NaN) / one.cpuUsPerCall),
      Math.round(one.callsPerSecond),
      toTenths(one.p50Ms),
      toTenths(one.p99Ms),
    ];
  }),
});

const toRatio = (value: number): number => Math.round(value * 100) / 100;
const toTenths = (value: number): number => Math.round(value * 10) / 10;
