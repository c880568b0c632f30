import type { Clock, EpochSeconds } from "../../core/clock.ts";
import { addSeconds } from "../../core/clock.ts";
import type { SandboxRandom } from "../random.ts";
import type { Installation } from "./tokens.ts";

/** What an authorization code stands for. */
export interface PendingCode {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly installation: Installation;
  /** The challenge of the authorization request, where it had one. */
  readonly codeChallenge?: string;
}

/** The authorization codes that are still good. They live in memory and for ten minutes. */
export interface CodeBook {
  issue(pending: PendingCode): string;
  find(code: string): PendingCode | undefined;
  retire(code: string): void;
}

const CODE_TTL_SECONDS = 600;

/** Creates an empty book. */
export const createCodeBook = (deps: {
  readonly clock: Clock;
  readonly random: SandboxRandom;
}): CodeBook => {
  const codes = new Map<
    string,
    { readonly pending: PendingCode; readonly expiresAt: EpochSeconds }
  >();
  return {
    issue: (pending) => {
      const code = deps.random.bytes(20).toString("hex");
      codes.set(code, {
        pending,
        expiresAt: addSeconds(deps.clock.nowSeconds(), CODE_TTL_SECONDS),
      });
      return code;
    },
    find: (code) => {
      const entry = codes.get(code);
      return entry !== undefined && entry.expiresAt > deps.clock.nowSeconds()
        ? entry.pending
        : undefined;
    },
    retire: (code) => {
      codes.delete(code);
    },
  };
};
