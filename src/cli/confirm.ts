import { createInterface } from "node:readline/promises";
import type { Readable, Writable } from "node:stream";

/** Where a question is asked: never on stdout, which is for results. */
export interface Questioning {
  readonly input: Readable;
  readonly output: Writable;
  readonly signal: AbortSignal;
}

/**
 * Asks a person to confirm with the word "yes"; anything else, and the end of the input, is a no.
 * Rejects with the signal's reason when it aborts, as Ctrl-C does.
 */
export const confirm = async (
  question: string,
  { input, output, signal }: Questioning,
): Promise<boolean> => {
  // Line by line, so that the terminal still turns Ctrl-C into a signal.
  const reader = createInterface({ input, output, terminal: false });
  // Without this an input that ends leaves the question open for ever.
  const ended = new Promise<string>((resolve) => {
    reader.once("close", () => {
      resolve("");
    });
  });
  try {
    const answer = await Promise.race([reader.question(question, { signal }), ended]);
    return answer.trim().toLowerCase() === "yes";
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    reader.close();
  }
};
