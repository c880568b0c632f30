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

/** The operating system's randomness. */
export const systemRandom: Random = {
  bytes: (length) => randomBytes(length),
  token: () => randomBytes(32).toString("base64url"),
  id: () => randomBytes(16).toString("base64url"),
};
