import { type Clock, systemClock, toEpochSeconds } from "../../../src/core/clock.ts";

/** A clock that runs `factor` times as fast as the machine's, the same for all who name one start. */
export const createScaledClock = (startMs: number, factor: number): Clock => {
  const nowMs = (): number => startMs + (Date.now() - startMs) * factor;
  return {
    nowMs,
    nowSeconds: () => toEpochSeconds(nowMs() / 1000),
    sleep: (durationMs, signal) => systemClock.sleep(durationMs / factor, signal),
  };
};
