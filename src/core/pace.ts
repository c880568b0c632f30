import { setImmediate } from "node:timers/promises";
import { steadyMs } from "./clock.ts";

/** Waits for the next turn of the event loop where the work has held the loop for its time; else goes on. */
export type Pace = () => Promise<void>;

/** So long one piece of work may hold the event loop. Others may have their piece in the same turn. */
const SLICE_MS = 5;

/**
 * Makes the pace of one long piece of work, which awaits it between its steps: so the event loop goes on
 * every few milliseconds, whatever the length of the whole. Those who share a pace wait together.
 */
export const createPace = (nowMs: () => number = steadyMs): Pace => {
  let startedMs = nowMs();
  let waiting: Promise<void> | undefined;
  return async () => {
    if (waiting === undefined && nowMs() - startedMs < SLICE_MS) return;
    waiting ??= setImmediate().then(() => {
      startedMs = nowMs();
      waiting = undefined;
    });
    await waiting;
  };
};
