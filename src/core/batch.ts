/** Has work done together with what else came in the same turn of the event loop, in the order in which it came. */
export type Batch = (work: () => void) => void;

/** So many are done before the event loop goes on, which bounds how long one batch holds it. */
const MOST_AT_ONCE = 32;

/**
 * Makes a batch: one step on the way of many requests, done for one after the other. So a call costs a quarter
 * less than when each request does all of its steps at once: a peer that was woken for the first is awake for
 * the next, and it seems that the processor still has the instructions of the step at hand (ADR 53). Whoever is
 * alone waits for nothing but the end of what the event loop is taking in. Work that throws keeps nobody else
 * from theirs.
 */
export const createBatch = (): Batch => {
  const waiting: (() => void)[] = [];
  let isPlanned = false;
  const plan = (): void => {
    if (isPlanned) return;
    isPlanned = true;
    setImmediate(run);
  };
  const run = (): void => {
    isPlanned = false;
    try {
      for (let left = Math.min(waiting.length, MOST_AT_ONCE); left > 0; left -= 1) {
        waiting.shift()?.();
      }
    } finally {
      if (waiting.length > 0) plan();
    }
  };
  return (work) => {
    waiting.push(work);
    plan();
  };
};
