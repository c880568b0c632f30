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

/**
 * Works on many things in order of the list, at most `width` at once, and gives the results in that order.
 * In contrast to `Promise.all` over all of them, work that never waits for anything takes turns as well.
 */
export const mapPaced = async <Item, Value>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<Value>,
): Promise<readonly Value[]> => {
  const pace = createPace();
  const values: Value[] = [];
  const entries = items.entries();
  const run = async (): Promise<void> => {
    for (const [index, item] of entries) {
      values[index] = await work(item);
      await pace();
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, run));
  return values;
};
