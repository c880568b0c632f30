import type { EpochSeconds } from "../core/clock.ts";
import type { ConnectionId } from "../core/ids.ts";
import { fillSeal, type PreparedSeal, prepareSeal } from "../crypto/envelope.ts";
import { hashToken } from "../crypto/hash.ts";
import type { Keyring } from "../crypto/keyring.ts";
import type { Random } from "../crypto/random.ts";
import type { VaultEntry } from "./vault.ts";

/** Where an answer belongs: what it is bound to. */
export interface RotationPlace {
  readonly connectionId: ConnectionId;
  readonly environment: string;
  /** The version of the record whose tokens were sent. */
  readonly version: number;
}

/**
 * A spool file that waits for its answer: name, place and the data key that will seal it. Can be written
 * as JSON, and holds no key but that one.
 */
export interface RotationSlot extends RotationPlace {
  readonly name: string;
  /** SHA-256 of the refresh token that is sent. */
  readonly usedHash: string;
  readonly seal: PreparedSeal;
}

/** Prepares the spool file for the refresh of an entry. */
export const prepareSlot = (
  { keyring, random }: { readonly keyring: Keyring; readonly random: Random },
  entry: VaultEntry,
): RotationSlot => {
  const { id: connectionId, environment } = entry.connection;
  const place = { connectionId, environment, version: entry.version };
  return {
    ...place,
    name: `${connectionId}.${entry.version}.${random.id()}`,
    usedHash: hashToken(entry.tokens.refreshToken.reveal()),
    seal: prepareSeal(keyring, random, toSpoolAad(place)),
  };
};

/** The text of the spool file: its place in the open, since it is authenticated, and the rest sealed. */
export const fillSlot = (
  slot: RotationSlot,
  answer: { readonly body: string; readonly receivedAt: EpochSeconds },
  random: Random,
): string => {
  const { connectionId, environment, version, usedHash, seal } = slot;
  const sealed = fillSeal(seal, random, JSON.stringify({ usedHash, ...answer }));
  return JSON.stringify({ format: 1, connectionId, environment, version, sealed });
};

/** What a spool file authenticates: tenant, record, field, and the version that it replaces. */
export const toSpoolAad = ({ connectionId, environment, version }: RotationPlace): string =>
  `spool|${environment}/${connectionId}|rotation of version ${version}`;
