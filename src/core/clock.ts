import type { Brand } from "./ids.ts";

/** Seconds since 1970-01-01T00:00:00Z, whole. */
export type EpochSeconds = Brand<number, "EpochSeconds">;

/** The only door to the time of day and to waiting. */
export interface Clock {
  /** The time now, in whole seconds. */
  nowSeconds(): EpochSeconds;
  /** The time now, in milliseconds. */
  nowMs(): number;
  /** Resolves after `durationMs`; rejects with the signal's reason when it aborts first. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

/** Marks a number of seconds since the epoch as such, dropping any fraction. */
export const toEpochSeconds = (value: number): EpochSeconds => Math.floor(value) as EpochSeconds;

/** The instant `seconds` after `at`; negative values go back. */
export const addSeconds = (at: EpochSeconds, seconds: number): EpochSeconds =>
  toEpochSeconds(at + seconds);

/** Waits for `durationMs` and gives true; false as soon as the signal aborts. For loops that are stopped. */
export const sleepUnlessAborted = (
  clock: Pick<Clock, "sleep">,
  durationMs: number,
  signal: AbortSignal,
): Promise<boolean> =>
  clock.sleep(durationMs, signal).then(
    () => true,
    () => false,
  );

/** For the length of pieces of work: never set, and of no use as a time of day. */
export const steadyMs = (): number => performance.now();

/** The machine's clock. */
export const systemClock: Clock = {
  nowSeconds: () => toEpochSeconds(Date.now() / 1000),
  nowMs: () => Date.now(),
  sleep: (durationMs, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
        return;
      }
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason as Error);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      }, durationMs);
      signal?.addEventListener("abort", onAbort, { once: true });
    }),
};
