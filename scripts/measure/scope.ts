import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Child, type ChildOptions, startChild } from "./child.ts";

/** Everything that a measurement leaves behind if nobody clears up, in one place. */
export interface Scope {
  /** Aborted by Ctrl-C and by a request to end. */
  readonly signal: AbortSignal;
  start(file: URL, options?: ChildOptions): Child;
  /** A new folder, removed at the end. */
  folder(): string;
}

/** Somebody asked for the end. */
class Stopped extends Error {}

/**
 * Runs work in a scope as all that a program does. Stopped by Ctrl-C or a request to end, the program
 * says so and exits with 130, whatever timers the work left behind.
 */
export const runInScope = async <T>(work: (scope: Scope) => Promise<T>): Promise<T> => {
  try {
    return await withScope(work);
  } catch (cause) {
    if (!(cause instanceof Stopped)) throw cause;
    console.error("stopped");
    process.exit(130);
  }
};

/**
 * Runs work and then closes its scope, however the work ended: with Ctrl-C too, which it hears as an
 * aborted signal. A second Ctrl-C ends at once.
 */
export const withScope = async <T>(work: (scope: Scope) => Promise<T>): Promise<T> => {
  const stopping = new AbortController();
  const onSignal = (): void => {
    if (stopping.signal.aborted) process.exit(130);
    stopping.abort(new Stopped("stopped"));
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  const aborted = new Promise<never>((_, reject) => {
    stopping.signal.addEventListener("abort", () => reject(new Stopped("stopped")));
  });
  // The work may be over first, and then nobody waits for this.
  aborted.catch(() => undefined);
  const scope = openScope(stopping.signal);
  try {
    return await Promise.race([work(scope), aborted]);
  } finally {
    await scope.close();
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  }
};

/** A scope that somebody has to close. */
export interface OpenScope extends Scope {
  /** Ends its processes, last first, and removes its folders. */
  close(): Promise<void>;
}

/** Opens a scope; nothing is started in it any more once the signal is aborted. */
export const openScope = (signal: AbortSignal = new AbortController().signal): OpenScope => {
  const children: Child[] = [];
  const folders: string[] = [];
  return {
    signal,
    start: (file, options) => {
      signal.throwIfAborted();
      const child = startChild(file, options);
      children.push(child);
      return child;
    },
    folder: () => {
      const made = mkdtempSync(join(tmpdir(), "ghl-mcp-measure-"));
      folders.push(made);
      return made;
    },
    close: async () => {
      for (const child of children.toReversed()) await child.end();
      for (const made of folders) rmSync(made, { recursive: true, force: true });
    },
  };
};
