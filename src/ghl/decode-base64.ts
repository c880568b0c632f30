import { createPace, type Pace } from "../core/pace.ts";

/** Characters that are decoded in one step: whole groups of four. */
const STEP = 1024 * 1024;

/**
 * The bytes of a text in base64 or base64url, padded or not; undefined where it is empty or something else.
 * Megabytes are decoded in steps between which the event loop goes on.
 */
export const decodeBase64 = async (
  text: string,
  pace: Pace = createPace(),
): Promise<Buffer<ArrayBuffer> | undefined> => {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const length = text.length - padding;
  if (length === 0 || length % 4 === 1 || text.length % 4 === 1) return undefined;
  const bytes = Buffer.alloc(Math.floor((length * 3) / 4));
  let written = 0;
  for (let at = 0; at < length; at += STEP) {
    const part = text.slice(at, Math.min(at + STEP, length));
    const expected = Math.floor((part.length * 3) / 4);
    // Node leaves out what is no base64, and so writes less.
    if (bytes.write(part, written, "base64") !== expected) return undefined;
    written += expected;
    await pace();
  }
  return bytes;
};
