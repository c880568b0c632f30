import { steadyMs } from "./clock.ts";

/** Waits for a later turn of the event loop where the work has held the loop for its time; else goes on. */
export type Pace = () => Promise<void>;

/** So long one piece of work may hold the event loop. Others may have their piece in the same turn. */
const SLICE_MS = 5;

/**
 * Makes the pace of one long piece of work, which awaits it between its steps: so the event loop goes on
 * every few milliseconds, whatever the length of the whole. Those who share a pace go on one by one.
 */
export const createPace = (nowMs: () => number = steadyMs): Pace => {
  const turns = createTurns(nowMs);
  return async () => {
    if (turns.isOver()) await turns.next();
  };
};

interface Turns {
  /** Whether the slice of this turn is used up. */
  isOver(): boolean;
  /** The next turn that is nobody else's. */
  next(): Promise<void>;
}

/**
 * A turn for each who waits. Two dozen who went on in the same turn would each do a step before they ask
 * again, and that together is longer than the slice.
 */
const createTurns = (nowMs: () => number): Turns => {
  let startedMs = nowMs();
  const waiting: (() => void)[] = [];
  const goOn = (): void => {
    startedMs = nowMs();
    const next = waiting.shift();
    // Whoever goes on now may wait for something else, and not come back in this turn.
    if (waiting.length > 0) setImmediate(goOn);
    next?.();
  };
  return {
    isOver: () => nowMs() - startedMs >= SLICE_MS,
    next: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        if (waiting.length === 1) setImmediate(goOn);
      }),
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
  const turns = createTurns(steadyMs);
  const values: Value[] = [];
  const entries = items.entries();
  const run = async (place: number): Promise<void> => {
    if (place > 0) await turns.next();
    for (const [index, item] of entries) {
      values[index] = await work(item);
      if (turns.isOver()) await turns.next();
    }
  };
  await Promise.all(
    Array.from({ length: Math.min(width, items.length) }, (_, place) => run(place)),
  );
  return values;
};
