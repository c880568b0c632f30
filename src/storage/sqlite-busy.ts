import { setTimeout as sleep } from "node:timers/promises";

/** How long SQLite itself waits for a lock; meanwhile nothing else runs in the process. */
export const BUSY_TIMEOUT_MS = 50;

const PAUSE_MS = 20;
/** With the waits of SQLite about five seconds. */
const MAX_ATTEMPTS = 70;

/**
 * Runs a statement, and again while another process holds the lock on the file: for about five seconds,
 * in which everything else goes on. Then the error of SQLite goes up.
 */
export const whenNotBusy = async <Value>(run: () => Value): Promise<Value> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return run();
    } catch (error) {
      if (attempt >= MAX_ATTEMPTS || !isBusy(error)) throw error;
      await sleep(PAUSE_MS);
    }
  }
};

const SQLITE_BUSY = 5;

/** The low byte is the kind of an error, the rest says more about it. */
const isBusy = (error: unknown): boolean =>
  error instanceof Error &&
  "errcode" in error &&
  typeof error.errcode === "number" &&
  (error.errcode & 0xff) === SQLITE_BUSY;
