import { readdirSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { startProfile } from "./profile.ts";

/** What a process says of itself. Times are since its start, sizes in bytes. */
export interface Usage {
  readonly cpuUs: number;
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
  /** Open file descriptors; 0 where the system has no /proc. */
  readonly descriptors: number;
  /** The longest hold-up of the event loop since the last asking. */
  readonly maxDelayMs: number;
}

/** A question from the parent. */
export interface Question {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

/** The answer to it. */
export type Reply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string };

/** What a process can be asked; `end` is asked last, before the process ends. */
export type Answers = Readonly<Record<string, (argument: never) => unknown>>;

/**
 * Lets the parent ask this process things by name: what is given, and `usage`, `collectGarbage`,
 * `startProfile`. The process ends when the parent says so or is gone; Ctrl-C it leaves to the parent,
 * which ends its children in order.
 */
export const answerParent = (given: Answers): void => {
  const answers: Answers = { ...OWN_ANSWERS(), ...given };
  process.on("SIGINT", () => undefined);
  process.once("disconnect", () => process.exit(1));
  process.on("message", ({ id, name, argument }: Question) => {
    void (async () => {
      const reply = await answer(answers[name], { id, name, argument });
      process.send?.(reply, () => {
        if (name === "end") process.exit(0);
      });
    })();
  });
};

const answer = async (how: Answers[string] | undefined, question: Question): Promise<Reply> => {
  const { id, name, argument } = question;
  if (how === undefined && name !== "end") return { id, error: `nobody answers to ${name}` };
  try {
    // The parent knows what each question takes.
    return { id, value: await how?.(argument as never) };
  } catch (cause) {
    return { id, error: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) };
  }
};

const OWN_ANSWERS = (): Answers => {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const usage = (): Usage => {
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    const maxDelayMs = delay.max / 1e6;
    delay.reset();
    return {
      cpuUs: user + system,
      rssBytes: rss,
      heapUsedBytes: heapUsed,
      descriptors: countDescriptors(),
      maxDelayMs,
    };
  };
  return {
    usage,
    // Only there under --expose-gc.
    collectGarbage: () => globalThis.gc?.(),
    ...profiling(),
  };
};

const profiling = (): Answers => {
  let stop: ((file: string) => Promise<void>) | undefined;
  return {
    startProfile: async () => {
      stop = await startProfile();
    },
    writeProfile: async (file: string) => {
      await stop?.(file);
      stop = undefined;
    },
  };
};

const countDescriptors = (): number => {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return 0;
  }
};
