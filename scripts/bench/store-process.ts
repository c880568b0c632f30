import { systemClock, toEpochSeconds } from "../../src/core/clock.ts";
import { openRecordStore } from "../../src/storage/open.ts";
import { answerParent } from "../measure/answer-parent.ts";
import { watchLoop } from "../measure/watch-loop.ts";

const BATCH = 500;

/** Opens a store and puts records into it that have expired. */
const fill = async ({ url, count }: { readonly url: string; readonly count: number }) => {
  const store = await openRecordStore(url, { clock: systemClock });
  const value = "x".repeat(400);
  for (let index = 0; index < count; index += BATCH) {
    await store.restore(
      Array.from({ length: Math.min(BATCH, count - index) }, (_, place) => ({
        namespace: "access_token",
        key: String(index + place).padStart(8, "0"),
        value,
        version: 1,
        expiresAt: toEpochSeconds(1),
      })),
    );
  }
  await store.close();
};

const sweep = async ({ url }: { readonly url: string }): Promise<number> => {
  const store = await openRecordStore(url, { clock: systemClock });
  const removed = await store.sweep();
  await store.close();
  return removed;
};

answerParent({ fill, sweep, ...watchLoop() });
