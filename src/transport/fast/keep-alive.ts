import { type Clock, sleepUnlessAborted } from "../../core/clock.ts";
import { createLiveSet } from "../../core/live-set.ts";

/** Looks after event streams that may stay silent for long. */
export interface KeepAlive {
  /** Calls `beat` every 15 to 30 seconds until the function that it gives is called. */
  add(beat: () => void): () => void;
  /** Ends all beating. */
  close(): void;
}

/** A stream, and since when it is looked after. */
interface Silent {
  readonly beat: () => void;
  readonly sinceMs: number;
}

/** As often as the SDK's streams; common proxies cut a silent one after 60 seconds. */
const EVERY_MS = 15_000;

/** Makes the one loop for all streams: an answer that comes at once costs no timer of its own. */
export const createKeepAlive = (clock: Pick<Clock, "nowMs" | "sleep">): KeepAlive => {
  const open = createLiveSet<Silent>();
  const closed = new AbortController();
  let beating = false;
  const beatOn = async (): Promise<void> => {
    beating = true;
    while (open.size > 0 && (await sleepUnlessAborted(clock, EVERY_MS, closed.signal))) {
      const dueMs = clock.nowMs() - EVERY_MS;
      for (const { beat, sinceMs } of open.values()) if (sinceMs <= dueMs) beat();
    }
    beating = false;
  };
  return {
    add: (beat) => {
      const remove = open.add({ beat, sinceMs: clock.nowMs() });
      if (!beating) void beatOn();
      return remove;
    },
    close: () => closed.abort(new Error("closed")),
  };
};
