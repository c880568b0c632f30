import type { Clock } from "../core/clock.ts";
import type { EventChannel } from "../core/events.ts";
import { createRecall } from "../core/recall.ts";
import { type Soon, whenThere } from "../core/soon.ts";
import { hashToken } from "../crypto/hash.ts";
import type { Grant, Grants } from "./grants.ts";
import type { AccessTokenRecord, AccessTokens } from "./token/access-tokens.ts";

/** Access tokens and grants as requests look them up: from memory while they are unchanged (ADR 49). */
export interface BearerRecall {
  /** As {@link AccessTokens.find}; the caller checks `expiresAt`. */
  findToken(token: string): Soon<AccessTokenRecord | undefined>;
  /** As {@link Grants.find}, and notes the use. */
  useGrant(id: Grant["id"]): Soon<Grant | undefined>;
}

/** Makes the look-ups of one process. What is kept has no secret in it: tokens are known by their hash. */
export const createBearerRecall = (deps: {
  readonly accessTokens: Pick<AccessTokens, "find">;
  readonly grants: Pick<Grants, "find" | "touch">;
  readonly clock: Clock;
  readonly events?: EventChannel;
}): BearerRecall => {
  const { accessTokens, grants } = deps;
  const tokens = createRecall<AccessTokenRecord>({
    ...deps,
    keyOf: (event) => (event.kind === "token_revoked" ? event.tokenHash : undefined),
    endOf: ({ expiresAt }) => expiresAt,
  });
  const live = createRecall<Grant>({
    ...deps,
    keyOf: (event) => (event.kind === "grant_revoked" ? event.grantId : undefined),
    endOf: ({ idleEndsAt }) => idleEndsAt,
  });
  return {
    findToken: (token) => tokens.get(hashToken(token), () => accessTokens.find(token)),
    useGrant: (id) =>
      whenThere(
        live.get(id, () => grants.find(id)),
        (grant) =>
          grant === undefined
            ? undefined
            : whenThere(grants.touch(grant), (wasNoted) => {
                // A use that was noted is in the store and not in what is remembered.
                if (wasNoted) live.forget(id);
                return grant;
              }),
      ),
  };
};
