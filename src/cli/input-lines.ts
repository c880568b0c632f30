import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** The lines of an input, one at a time. */
export interface InputLines {
  /** The next line; undefined at the end. Rejects with the signal's reason. */
  next(signal: AbortSignal): Promise<string | undefined>;
  /** Stops reading, so that the process can end. */
  close(): void;
}

/** Reads lines from a terminal, a pipe or a file. Nothing is read before the first `next`. */
export const openInputLines = (input: Readable): InputLines => {
  const waiting: string[] = [];
  const changes = new EventTarget();
  let reader: ReturnType<typeof createInterface> | undefined;
  let ended = false;
  const changed = (): void => void changes.dispatchEvent(new Event("change"));
  const open = (): void => {
    reader ??= createInterface({ input, terminal: false })
      .on("line", (line) => {
        waiting.push(line);
        changed();
      })
      .on("close", () => {
        ended = true;
        changed();
      });
  };
  return {
    next: async (signal) => {
      open();
      for (;;) {
        signal.throwIfAborted();
        const line = waiting.shift();
        if (line !== undefined || ended) return line;
        await once(changes, "change", { signal }).catch((cause: unknown) => {
          signal.throwIfAborted();
          throw cause;
        });
      }
    },
    close: () => {
      reader?.close();
      input.destroy();
    },
  };
};
