import { type ChildProcess, execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Reply, Usage } from "./answer-parent.ts";

/** A process of the measurement. */
export interface Child {
  readonly pid: number;
  /** Asks it something by name. Rejects where it fails, or ends before it answers. */
  ask<T>(name: string, argument?: unknown): Promise<T>;
  usage(): Promise<Usage>;
  /** Ends it, by force where it does not. Safe to call twice. */
  end(): Promise<void>;
}

/** How a process is started. */
export interface ChildOptions {
  /** Its environment beyond PATH. */
  readonly env?: Readonly<Record<string, string>>;
  /** Flags of Node. */
  readonly flags?: readonly string[];
  /** The core that it is kept on, where the system has `taskset`. Default: any. */
  readonly core?: number;
  /** Where its standard error goes. Default: to that of this process. */
  readonly stderr?: "ignore" | "inherit";
}

const END_WITHIN_MS = 15_000;
const COMPILE_CACHE = join(tmpdir(), "ghl-mcp-measure-compiled");

/** Starts a file of these scripts that calls `answerParent`, in a process of its own. */
export const startChild = (
  file: URL,
  { env = {}, flags = [], stderr = "inherit", core }: ChildOptions = {},
): Child => {
  const child = fork(fileURLToPath(file), [], {
    execArgv: ["--expose-gc", ...flags],
    env: { PATH: process.env["PATH"] ?? "", NODE_COMPILE_CACHE: COMPILE_CACHE, ...env },
    stdio: ["ignore", "ignore", stderr, "ipc"],
    serialization: "advanced",
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${file.href} did not start`);
  if (core !== undefined) pin(pid, core);
  const ask = createAsking(child, file.href);
  const closed = once(child, "close");
  let ending: Promise<void> | undefined;
  return {
    pid,
    ask,
    usage: () => ask("usage"),
    end: () => {
      ending ??= (async () => {
        const timer = setTimeout(() => child.kill("SIGKILL"), END_WITHIN_MS);
        await ask("end").catch(() => child.kill("SIGKILL"));
        await closed;
        clearTimeout(timer);
      })();
      return ending;
    },
  };
};

/** Keeps a process that just started on one core; its later threads follow. */
const pin = (pid: number, core: number): void => {
  if (cpus().length < 2) return;
  try {
    execFileSync("taskset", ["-acp", String(core), String(pid)], { stdio: "ignore" });
  } catch {
    // Without the command the figures are noisier, and no less true.
  }
};

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (cause: Error) => void;
}

const createAsking = (child: ChildProcess, name: string): Child["ask"] => {
  const waiting = new Map<number, Waiting>();
  let asked = 0;
  let ended = false;
  child.on("message", (reply: Reply) => {
    const waiter = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ("error" in reply) waiter?.reject(new Error(reply.error));
    else waiter?.resolve(reply.value);
  });
  child.once("close", () => {
    ended = true;
    for (const { reject } of waiting.values()) reject(new Error(`${name} ended`));
  });
  return <T>(question: string, argument?: unknown) =>
    new Promise<T>((resolve, reject) => {
      if (ended || !child.connected) return reject(new Error(`${name} has ended`));
      asked += 1;
      // Each question has one kind of answer, which its asker names.
      waiting.set(asked, { resolve: (value) => resolve(value as T), reject });
      child.send({ id: asked, name: question, argument });
    });
};
