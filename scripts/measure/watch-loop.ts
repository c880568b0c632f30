import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Answers } from "./answer-parent.ts";

/** How long a piece of work held a process up. */
export interface Held {
  /** The longest hold-up of the event loop, by a look every millisecond. */
  readonly longestMs: number;
  /** What the process had of a processor meanwhile: less than the hold-up where others took it away. */
  readonly cpuMs: number;
}

/** Lets the parent `watch` the event loop of this process from now on, and ask for what was `held` since. */
export const watchLoop = (): Answers => {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let startedCpu = process.cpuUsage();
  return {
    watch: () => {
      delay.enable();
      delay.reset();
      startedCpu = process.cpuUsage();
    },
    held: (): Held => {
      const { user, system } = process.cpuUsage(startedCpu);
      delay.disable();
      return { longestMs: Math.max(0, delay.max / 1e6 - 1), cpuMs: (user + system) / 1e3 };
    },
  };
};
