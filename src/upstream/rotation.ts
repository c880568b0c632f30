import type { EpochSeconds } from "../core/clock.ts";
import { toCompanyId } from "../core/ids.ts";
import { type Secret, toSecret } from "../core/secret.ts";
import { hashToken } from "../crypto/hash.ts";
import { toScopes } from "./connections.ts";
import type { RotationPlace, RotationSlot } from "./seal-rotation.ts";
import type { RefreshAnswer } from "./token-answer.ts";
import { planRefresh } from "./token-set.ts";
import type { HeldConnection, VaultEntry } from "./vault.ts";

/** GoHighLevel's answer to a refresh, from its arrival until its tokens are in the store. */
export interface Rotation extends RotationPlace {
  /** SHA-256 of the refresh token that the answer used up; a record that holds it waits for this. */
  readonly usedHash: string;
  readonly receivedAt: EpochSeconds;
  /** The answer as it came. */
  readonly body: Secret;
}

/** The answer to the refresh that a slot was prepared for. */
export const toRotation = (
  { connectionId, environment, version, usedHash }: RotationSlot,
  body: string,
  receivedAt: EpochSeconds,
): Rotation => ({
  connectionId,
  environment,
  version,
  usedHash,
  receivedAt,
  body: toSecret(body),
});

/**
 * What an answer means for the record as it is now. `apply`: the record still holds the token that was
 * used up, or tokens from before it. `written`: it holds the answer's tokens already. `superseded`: it
 * holds tokens that came later. `unclear`: nobody can tell which came later, so the answer is kept until
 * GoHighLevel refuses the record's tokens. `foreign`: the answer is for another account than the record.
 */
export type RotationVerdict = "apply" | "written" | "superseded" | "unclear" | "foreign";

/** Judges an answer against the record. */
export const judgeRotation = (
  rotation: Rotation,
  answer: RefreshAnswer,
  current: VaultEntry,
): RotationVerdict => {
  if (!isSameIdentity(current, answer)) return "foreign";
  const held = hashToken(current.tokens.refreshToken.reveal());
  if (held === rotation.usedHash) return "apply";
  if (held === hashToken(answer.refresh_token)) return "written";
  // A token that is neither the one before nor the one after: a later sign-in or refresh, or a store that
  // was restored from a backup. Versions only grow but for a restored store, and clocks may be wrong, so
  // it takes both to tell.
  const { status, connectedAt, lastRefreshAt = connectedAt } = current.connection;
  const isLaterVersion = current.version > rotation.version;
  const isLaterTime = lastRefreshAt >= rotation.receivedAt;
  if (isLaterVersion && isLaterTime) return "superseded";
  if (!isLaterVersion && !isLaterTime) return "apply";
  return status === "needs_reauth" ? "apply" : "unclear";
};

/** Whether an answer is for the account of the connection, as far as it says. */
const isSameIdentity = (
  { connection }: HeldConnection,
  { userType, companyId, locationId }: RefreshAnswer,
): boolean => {
  const expectedType = connection.kind === "company" ? "Company" : "Location";
  return (
    (userType === undefined || userType === expectedType) &&
    (companyId === undefined || toCompanyId(companyId) === connection.companyId) &&
    (connection.kind === "company" ||
      locationId === undefined ||
      locationId === connection.locationId)
  );
};

/** The record with the tokens of an answer in place of its own. `jitter` is from 0 to 1. */
export const applyRotation = (
  { connection, approvedLocations, removedLocations = [] }: HeldConnection,
  given: {
    readonly rotation: Rotation;
    readonly answer: RefreshAnswer;
    readonly jitter: number;
  },
): HeldConnection => {
  const { answer, jitter } = given;
  const { receivedAt } = given.rotation;
  const plan = planRefresh(receivedAt, answer.expires_in, jitter);
  // Without the reason for a new sign-in, which these tokens take away.
  return {
    connection: {
      ...connection,
      status: "active",
      lastRefreshAt: receivedAt,
      tokenExpiresAt: plan.expiresAt,
      ...(answer.scope === undefined ? {} : { scopes: toScopes(answer.scope) }),
    },
    tokens: {
      accessToken: toSecret(answer.access_token),
      refreshToken: toSecret(answer.refresh_token),
      ...plan,
    },
    approvedLocations,
    removedLocations,
  };
};
