import { createHash } from "node:crypto";
import type { Random } from "../../src/crypto/random.ts";

/**
 * Bytes that follow from how often they were asked for: the same in every run, whatever runs at the same
 * time. Only for servers whose secrets nobody has to guess.
 */
export function createCountingRandom(seed: string): Random {
  let count = 0;
  const bytes = (length: number): Buffer => {
    count += 1;
    const parts = Array.from({ length: Math.ceil(length / 32) }, (_, part) =>
      createHash("sha256").update(`${seed} ${count} ${part}`).digest(),
    );
    return Buffer.concat(parts).subarray(0, length);
  };
  return {
    bytes,
    token: () => bytes(32).toString("base64url"),
    id: () => bytes(16).toString("base64url"),
  };
}
