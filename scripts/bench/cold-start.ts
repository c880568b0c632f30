/**
 * How soon the command answers over stdio, and in how much memory: from the start of the process to its
 * answer to `initialize`. Run by itself it measures the built package, which `npm run build` makes, beside
 * a bare Node as the yardstick of the machine.
 *
 *     node scripts/bench/cold-start.ts [rounds]
 */
import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { startSandbox } from "../../src/sandbox/start-sandbox.ts";

/** A program that speaks MCP on stdin and stdout. */
export interface StdioProgram {
  readonly command: string;
  readonly args: readonly string[];
  /** Its whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Where it runs. Absent: here. */
  readonly cwd?: string;
  readonly rounds: number;
}

/** What cold starts cost. */
export interface ColdStart {
  /** From the start of the process to the answer. */
  readonly medianMs: number;
  readonly p95Ms: number;
  /** Processor time of all threads until the answer, user and system, median. */
  readonly cpuMs: number;
  /** Resident right after the answer, median, in units of 10^6 bytes. */
  readonly rssMb: number;
  /** The most that was resident until then, median. */
  readonly peakMb: number;
}

/** One start. */
interface Round {
  readonly elapsedMs: number;
  readonly cpuMs: number;
  readonly rssMb: number;
  readonly peakMb: number;
}

/**
 * Starts a program `rounds` times, one after the other. Throws when it ends, or answers with an error,
 * before it answers `initialize`. Linux alone: memory and processor time are read from /proc.
 */
export const measureColdStart = async (program: StdioProgram): Promise<ColdStart> => {
  const rounds: Round[] = [];
  for (let round = 0; round < program.rounds; round += 1) rounds.push(await startOnce(program));
  return toColdStart(rounds);
};

const INITIALIZE = `${JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "cold-start", version: "1.0.0" },
  },
})}\n`;

const startOnce = async ({ command, args, env, cwd }: StdioProgram): Promise<Round> => {
  const startedMs = performance.now();
  const child = spawn(command, args, {
    env,
    stdio: ["pipe", "pipe", "pipe"],
    ...(cwd !== undefined && { cwd }),
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  child.stdin.write(INITIALIZE);
  try {
    const answer = await readLine(child.stdout, ended);
    const elapsedMs = performance.now() - startedMs;
    if (answer?.includes('"result"') !== true) {
      throw new Error(`no answer to initialize: ${answer ?? said}`);
    }
    return { elapsedMs, ...readUse(child) };
  } finally {
    child.stdin.end();
    await ended;
  }
};

/** The first line; undefined if the process ends without one. */
const readLine = async (
  stream: NodeJS.ReadableStream,
  ended: Promise<void>,
): Promise<string | undefined> => {
  const lines = createInterface(stream);
  const first = new Promise<string>((resolve) => void lines.once("line", resolve));
  return Promise.race([first, ended.then(() => undefined)]);
};

/** What a live process has used so far (proc(5): status, task/<tid>/schedstat). */
const readUse = ({ pid }: ChildProcess): Pick<Round, "cpuMs" | "rssMb" | "peakMb"> => {
  const folder = `/proc/${pid}`;
  const status = readFileSync(`${folder}/status`, "utf8");
  const kilobytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, "mu").exec(status)?.[1]);
  const nanoseconds = readdirSync(`${folder}/task`).map((thread) =>
    Number(readFileSync(`${folder}/task/${thread}/schedstat`, "utf8").split(" ")[0]),
  );
  return {
    cpuMs: nanoseconds.reduce((sum, value) => sum + value, 0) / 1e6,
    rssMb: (kilobytes("VmRSS") * 1024) / 1e6,
    peakMb: (kilobytes("VmHWM") * 1024) / 1e6,
  };
};

const toColdStart = (rounds: readonly Round[]): ColdStart => {
  const at = (part: number, name: keyof Round): number => {
    const values = rounds.map((round) => round[name]).toSorted((a, b) => a - b);
    return values[Math.min(values.length - 1, Math.floor(values.length * part))] ?? Number.NaN;
  };
  return {
    medianMs: at(0.5, "elapsedMs"),
    p95Ms: at(0.95, "elapsedMs"),
    cpuMs: at(0.5, "cpuMs"),
    rssMb: at(0.5, "rssMb"),
    peakMb: at(0.5, "peakMb"),
  };
};

/** Answers the first line with a result and stays: what Node alone costs. */
const BARE_NODE =
  'process.stdin.once("data", () => process.stdout.write(JSON.stringify({ result: {} }) + "\\n"))';

/** A round of each in turn, so that a busy minute of the machine falls on all alike. */
const main = async (rounds: number): Promise<void> => {
  const root = join(import.meta.dirname, "..", "..");
  const cwd = mkdtempSync(join(tmpdir(), "ghl-mcp-cold-start-"));
  // Without src/, which the command would rather run.
  const packed = join(cwd, "package");
  for (const name of ["bin", "dist", "package.json"]) {
    cpSync(join(root, name), join(packed, name), { recursive: true });
  }
  const sandbox = await startSandbox();
  const location = sandbox.locations[0]?.id ?? "";
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: cwd,
    GHL_BASE_URL: sandbox.baseUrl,
    GHL_PRIVATE_TOKEN: sandbox.privateTokens.get(location) ?? "",
    GHL_LOCATION_ID: location,
  };
  const programs = {
    node: ["-e", BARE_NODE],
    "ghl-mcp stdio": [join(packed, "bin", "ghl-mcp.js"), "stdio"],
  };
  const taken = new Map<string, Round[]>();
  try {
    // The first start of all makes the database, its key and the compiled code.
    for (let round = -1; round < rounds; round += 1) {
      for (const [name, args] of Object.entries(programs)) {
        const one = await startOnce({ command: process.execPath, args, env, cwd, rounds: 1 });
        if (round === -1) console.log(name, "first start:", toFigures(toColdStart([one])));
        else taken.set(name, [...(taken.get(name) ?? []), one]);
      }
    }
    for (const [name, list] of taken) console.log(name, toFigures(toColdStart(list)));
  } finally {
    await sandbox.close();
    rmSync(cwd, { recursive: true, force: true });
  }
};

const toFigures = (start: ColdStart): string =>
  Object.entries(start)
    .map(([name, value]) => `${name} ${(value as number).toFixed(1)}`)
    .join(" · ");

if (process.argv[1] === import.meta.filename) {
  await main(Number(process.argv[2] ?? 15));
}
