import { type EpochSeconds, addSeconds } from "../core/clock.ts";
import type { Secret } from "../core/secret.ts";

/** The tokens of a connection. A refresh token works once; its successor comes with each use. */
export interface TokenSet {
  readonly accessToken: Secret;
  readonly refreshToken: Secret;
  readonly expiresAt: EpochSeconds;
  /** From this second on the tokens are due for a refresh. */
  readonly refreshAfter: EpochSeconds;
}

const MARGIN_SECONDS = 15 * 60;
const JITTER_SECONDS = 5 * 60;

/**
 * When tokens that live `lifetimeSeconds` from `now` expire and are due for a refresh: 15 minutes
 * before the end and up to 5 more by `jitter` (0 to 1), so that connections made together do not
 * refresh together. Short-lived tokens are due at 75 to 80 % of their life.
 */
export const planRefresh = (
  now: EpochSeconds,
  lifetimeSeconds: number,
  jitter: number,
): Pick<TokenSet, "expiresAt" | "refreshAfter"> => {
  const margin = Math.min(MARGIN_SECONDS, lifetimeSeconds * 0.2);
  const spread = Math.min(JITTER_SECONDS, lifetimeSeconds * 0.05) * jitter;
  return {
    expiresAt: addSeconds(now, lifetimeSeconds),
    refreshAfter: addSeconds(now, lifetimeSeconds - margin - spread),
  };
};

/**
 * From when on tokens are refreshed although nobody waits for them: at 80 % of their life, and up to 5 %
 * sooner by `jitter` (0 to 1). Never later than {@link planRefresh} says, which comes first for tokens that
 * live for about an hour or less.
 */
export const planAhead = (
  issuedAt: EpochSeconds,
  { expiresAt, refreshAfter }: Pick<TokenSet, "expiresAt" | "refreshAfter">,
  jitter: number,
): EpochSeconds => {
  const ahead = addSeconds(issuedAt, (expiresAt - issuedAt) * (0.8 - 0.05 * jitter));
  return ahead < refreshAfter ? ahead : refreshAfter;
};
