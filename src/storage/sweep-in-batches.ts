import { setImmediate } from "node:timers/promises";

/**
 * Removes records batch by batch until one is not full, with a turn of the event loop between two. Gives
 * how many were removed.
 */
export const sweepInBatches = async (
  batchSize: number,
  removeBatch: () => Promise<number>,
): Promise<number> => {
  let removed = 0;
  for (;;) {
    const batch = await removeBatch();
    removed += batch;
    if (batch < batchSize) return removed;
    await setImmediate();
  }
};
