import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { createInterface } from "node:readline";

/** A program that speaks MCP on stdin and stdout. */
export interface StdioProgram {
  readonly command: string;
  readonly args: readonly string[];
  /** Its whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Where it runs. */
  readonly cwd: string;
}

/** One start. */
export interface ColdStart {
  /** From the start of the process to its answer to `initialize`. */
  readonly elapsedMs: number;
  /** Processor time of all threads until the answer, user and system. */
  readonly cpuMs: number;
  /** Resident right after the answer. */
  readonly rssBytes: number;
  /** The most that was resident until then. */
  readonly peakBytes: number;
}

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

/**
 * Starts a program and measures until it answers `initialize`, then ends it. Throws when it ends, or
 * answers with an error, before that. Linux alone: memory and processor time are read from /proc.
 */
export const startOnce = async ({ command, args, env, cwd }: StdioProgram): Promise<ColdStart> => {
  const startedMs = performance.now();
  const child = spawn(command, args, {
    env,
    cwd,
    stdio: ["pipe", "pipe", "pipe"],
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
const readUse = ({ pid }: ChildProcess): Omit<ColdStart, "elapsedMs"> => {
  const folder = `/proc/${pid}`;
  const status = readFileSync(`${folder}/status`, "utf8");
  const toBytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, "mu").exec(status)?.[1]) * 1024;
  const nanoseconds = readdirSync(`${folder}/task`).map((thread) =>
    Number(readFileSync(`${folder}/task/${thread}/schedstat`, "utf8").split(" ")[0]),
  );
  return {
    cpuMs: nanoseconds.reduce((sum, value) => sum + value, 0) / 1e6,
    rssBytes: toBytes("VmRSS"),
    peakBytes: toBytes("VmHWM"),
  };
};
