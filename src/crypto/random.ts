import { randomBytes } from "node:crypto";

/** The only door to randomness. */
export interface Random {
  /** Cryptographically strong bytes. */
  bytes(length: number): Buffer;
  /** A bearer secret: 32 random bytes in base64url, 43 characters. */
  token(): string;
  /** An identifier that nobody can guess: 16 random bytes in base64url, 22 characters. */
  id(): string;
}

const POOL_BYTES = 4_096;
let pool = Buffer.alloc(0);
let used = 0;

/**
 * Random bytes as text, from a stock that is drawn at once: each request needs some, and asking for them
 * costs more than anything else that is done for its name. What was given out is wiped from the stock.
 */
const drawText = (length: number): string => {
  if (used + length > pool.length) {
    pool = randomBytes(POOL_BYTES);
    used = 0;
  }
  const text = pool.toString("base64url", used, used + length);
  pool.fill(0, used, used + length);
  used += length;
  return text;
};

/** The operating system's randomness. */
export const systemRandom: Random = {
  bytes: (length) => randomBytes(length),
  token: () => drawText(32),
  id: () => drawText(16),
};
