import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { COMPILE_CACHE } from "./compile-cache.ts";

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** The command line as a child process, with an environment of its own. */
export interface CliProcess {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves with the first match in stderr; rejects when the process ends without one. */
  waitForStderr(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves when the process has ended. */
  readonly ended: Promise<CliResult>;
}

/** How a command ended. */
export interface CliResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where and with what a command runs. */
export interface CliOptions {
  /** The working directory: `.env` and the default database are looked for here. */
  readonly cwd: string;
  /** Settings; nothing of the test's own environment but PATH reaches the command. */
  readonly env?: Readonly<Record<string, string>>;
  /** Leaves stdin open, for `child.stdin`. Absent: there is none. */
  readonly input?: true;
  /** Run as this user. */
  readonly uid?: number;
}

/** Starts a command. A test that ends first must kill it. */
export function startCli(args: readonly string[], options: CliOptions): CliProcess {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: options.cwd,
    env: {
      PATH: process.env["PATH"] ?? "",
      // Another user could not write there.
      ...(options.uid === undefined ? { NODE_COMPILE_CACHE: COMPILE_CACHE } : {}),
      ...options.env,
    },
    stdio: [options.input === true ? "pipe" : "ignore", "pipe", "pipe"],
    ...(options.uid === undefined ? {} : { uid: options.uid }),
  });
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk.toString("utf8")));
  child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString("utf8")));
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    ended,
    waitForStderr: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(stderr);
          if (match !== null) resolve(match);
        };
        look();
        child.stderr?.on("data", look);
        child.once("close", () => reject(new Error(`no ${String(pattern)} in:\n${stderr}`)));
      }),
  };
}

/** Runs a command to its end. */
export async function runCli(args: readonly string[], options: CliOptions): Promise<CliResult> {
  return startCli(args, options).ended;
}
