import { type Clock, sleepUnlessAborted } from "../../core/clock.ts";

/** Looks after event streams that may stay silent for long. */
export interface KeepAlive {
  /** Calls `beat` every 15 to 30 seconds until the function that it gives is called. */
  add(beat: () => void): () => void;
  /** Ends all beating. */
  close(): void;
}

/** As often as the SDK's streams; common proxies cut a silent one after 60 seconds. */
const EVERY_MS = 15_000;

/** Makes the one loop for all streams: an answer that comes at once costs no timer of its own. */
export const createKeepAlive = (clock: Pick<Clock, "nowMs" | "sleep">): KeepAlive => {
  const sinceMs = new Map<() => void, number>();
  const closed = new AbortController();
  let beating = false;
  const beatOn = async (): Promise<void> => {
    beating = true;
    while (sinceMs.size > 0 && (await sleepUnlessAborted(clock, EVERY_MS, closed.signal))) {
      const dueMs = clock.nowMs() - EVERY_MS;
      for (const [beat, addedMs] of sinceMs) if (addedMs <= dueMs) beat();
    }
    beating = false;
  };
  return {
    add: (beat) => {
      sinceMs.set(beat, clock.nowMs());
      if (!beating) void beatOn();
      return () => sinceMs.delete(beat);
    },
    close: () => closed.abort(new Error("closed")),
  };
};
