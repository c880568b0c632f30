import { randomBytes } from "node:crypto";

/** Where the sandbox takes unpredictable bytes from: token ids, codes and the ids of new records. */
export interface SandboxRandom {
  bytes(length: number): Buffer;
}

/** The machine's random bytes. */
export const nodeRandom: SandboxRandom = { bytes: (length) => randomBytes(length) };
