import { cpSync, globSync } from "node:fs";
import { join } from "node:path";
import type { Scope } from "../../measure/scope.ts";
import { median, percentile } from "../../measure/statistics.ts";
import { bundleScripts } from "../../package/bundle-scripts.ts";
import { type ColdStart, type StdioProgram, startOnce } from "../cold-start.ts";
import type { Part } from "../part.ts";
import { toMb } from "../units.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");

/** Answers the first line with a result: what Node alone costs. */
const BARE_NODE =
  'process.stdin.once("data", () => process.stdout.write(JSON.stringify({ result: {} }) + "\\n"))';

/** From the start of a process to its first answer over stdio. */
export const coldStartPart: Part = {
  name: "cold-start",
  about: "from spawn to the answer to initialize over stdio: the npm package, a clone, Node alone",
  run: async ({ scope, upstream }, { coldStarts }) => {
    const { baseUrl, locations, privateToken } = await upstream();
    const packed = await buildPackage(scope);
    const toProgram = (args: readonly string[]): StdioProgram & { readonly home: string } => {
      const home = scope.folder();
      return {
        command: process.execPath,
        args,
        cwd: home,
        home,
        env: {
          PATH: process.env["PATH"] ?? "",
          HOME: home,
          GHL_BASE_URL: baseUrl,
          GHL_PRIVATE_TOKEN: privateToken,
          GHL_LOCATION_ID: locations[0]?.id ?? "",
        },
      };
    };
    const programs = [
      { name: "npm package", ...toProgram([join(packed, "bin", "ghl-mcp.js"), "stdio"]) },
      { name: "clone", ...toProgram([join(ROOT, "bin", "ghl-mcp.js"), "stdio"]) },
      { name: "node -e alone", ...toProgram(["-e", BARE_NODE]) },
    ];
    const first: ColdStart[] = [];
    for (const { name, ...program } of programs) {
      // Makes the database, its key and the compiled code.
      first.push(await startOnce(program));
      const isOurs = name !== programs.at(-1)?.name;
      if (isOurs && globSync(".cache/ghl-mcp/compiled/**", { cwd: program.home }).length < 3) {
        throw new Error(`the first start of the ${name} kept no compiled code`);
      }
    }
    const taken = programs.map((): ColdStart[] => []);
    // A round of each in turn, so that a busy moment of the machine falls on all alike.
    for (let round = 0; round < coldStarts; round += 1) {
      for (const [index, program] of programs.entries()) {
        taken[index]?.push(await startOnce(program));
      }
    }
    return [
      {
        title: `Cold start over stdio, median of ${coldStarts} starts with a filled compile cache`,
        columns: [
          "program",
          "first start ms",
          "median ms",
          "p95 ms",
          "CPU ms",
          "resident MB",
          "peak MB",
        ],
        rows: programs.map(({ name }, index) => toRow(name, first[index], taken[index] ?? [])),
      },
    ];
  },
};

const toRow = (
  name: string,
  first: ColdStart | undefined,
  starts: readonly ColdStart[],
): readonly (string | number)[] => {
  const elapsed = starts.map(({ elapsedMs }) => elapsedMs);
  return [
    name,
    Math.round(first?.elapsedMs ?? Number.NaN),
    Math.round(median(elapsed)),
    Math.round(
      percentile(
        elapsed.toSorted((a, b) => a - b),
        0.95,
      ),
    ),
    Math.round(median(starts.map(({ cpuMs }) => cpuMs))),
    toMb(median(starts.map(({ rssBytes }) => rssBytes))),
    toMb(median(starts.map(({ peakBytes }) => peakBytes))),
  ];
};

/** What the npm package runs, in a folder without src/, which the command would rather run. */
const buildPackage = async (scope: Scope): Promise<string> => {
  const folder = scope.folder();
  await bundleScripts(ROOT, join(folder, "dist"));
  for (const name of ["bin", "package.json"]) {
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  }
  return folder;
};
