import { type AuditEvent, type AuditTrail, silentAuditTrail } from "../core/audit.ts";
import { type Clock, toEpochSeconds } from "../core/clock.ts";
import type { Connection } from "../core/connection.ts";
import { AppError } from "../core/errors.ts";
import { type ConnectionId, toCompanyId, toLocationId } from "../core/ids.ts";
import { toSecret } from "../core/secret.ts";
import type { Random } from "../crypto/random.ts";
import type { RecordStore } from "../storage/record-store.ts";
import { toApprovedLocations } from "./approved-locations.ts";
import { createIdentityIndex, toIdentityKey, toIdentityKeyOf } from "./connection-identity.ts";
import { createConnectionPlaces, type PlaceIndex } from "./place-index.ts";
import { type Removable, type Removal, removeConnection, type RemovalOutcome } from "./removal.ts";
import type { TokenAnswer } from "./token-answer.ts";
import { planRefresh } from "./token-set.ts";
import type { HeldConnection, Vault, VaultEntry } from "./vault.ts";

/** The connections of one environment. */
export interface Connections {
  /** Finds a connection; one of another environment is not found, as its tokens belong elsewhere. */
  find(id: ConnectionId): Promise<VaultEntry | undefined>;
  /** The connection of an identity, if there is one. */
  findOf(identityKey: string): Promise<VaultEntry | undefined>;
  /** All connections, newest sign-in first. */
  list(): Promise<readonly Connection[]>;
  /**
   * Records a sign-in: makes a connection, or gives the one of the same company, location and user
   * type its new tokens.
   */
  record(answer: TokenAnswer): Promise<Connection>;
  /** Discards the tokens and the record, unless it was signed in to after `removal.at`. */
  remove(id: ConnectionId, removal: Removal): Promise<RemovalOutcome>;
}

/** Makes the connections over the vault; `store` holds the indexes from identity and place to connection. */
export const createConnections = (deps: {
  readonly environment: string;
  readonly vault: Vault;
  readonly store: RecordStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit?: AuditTrail;
}): Connections => {
  const { environment, vault, clock, random, audit = silentAuditTrail } = deps;
  const identities = createIdentityIndex(deps);
  const places = createConnectionPlaces(deps);

  const find = async (id: ConnectionId): Promise<VaultEntry | undefined> => {
    const entry = await vault.read(id);
    return entry?.connection.environment === environment ? entry : undefined;
  };
  const toRemovable = createToRemovable({ vault, places });
  const removing = {
    identities,
    audit,
    find: async (id: ConnectionId) => {
      const entry = await find(id);
      return entry && toRemovable(entry);
    },
  };

  return {
    find,
    findOf: async (identityKey) => {
      const id = await identities.find(identityKey);
      return id === undefined ? undefined : find(id);
    },
    list: async () => {
      const found: Connection[] = [];
      for await (const id of vault.walk()) {
        const entry = await find(id);
        if (entry !== undefined) found.push(entry.connection);
      }
      return found.toSorted((a, b) => b.connectedAt - a.connectedAt);
    },
    record: async (answer) => {
      const identity = toIdentityKey({ environment, ...answer });
      for (;;) {
        const id = await identities.claim(identity, () => random.id());
        const existing = await vault.read(id);
        if (existing !== undefined) checkIdentity(existing.connection, identity);
        const held = toHeldConnection({ id, environment, answer, clock, random });
        // First: a connection must not be there and not be found by the webhook that ends it.
        await places.add(id, held.connection);
        const written = await vault.write(held, existing?.version ?? "absent");
        if (written === "conflict") continue;
        if (existing === undefined && (await identities.find(identity)) !== id) {
          // Ended between the claim and the write: its grants may live on, so nothing may be there.
          await toRemovable(written).discard();
          continue;
        }
        await audit.record(toCreated(written.connection, existing));
        return written.connection;
      }
    },
    remove: (id, removal) => removeConnection(removing, id, removal),
  };
};

/**
 * The index is not sealed: whoever can write to the store must not make one account's sign-in overwrite the
 * tokens of another.
 */
const checkIdentity = (connection: Connection, identity: string): void => {
  if (toIdentityKeyOf(connection) === identity) return;
  throw new AppError(
    "storage_corrupt",
    `the index of connections leads to "${connection.id}", which is of another account`,
  );
};

const createToRemovable =
  (deps: { readonly vault: Pick<Vault, "remove">; readonly places: Pick<PlaceIndex, "remove"> }) =>
  ({ connection, version }: VaultEntry): Removable => ({
    identity: toIdentityKeyOf(connection),
    connectedAt: connection.connectedAt,
    discard: async () => {
      const removed = await deps.vault.remove(connection.id, version);
      // Once it is gone, nothing has to find it any more.
      if (removed) await deps.places.remove(connection.id, connection);
      return removed;
    },
  });

const toCreated = (
  { id: connectionId, companyId, locationId }: Connection,
  existing: VaultEntry | undefined,
): AuditEvent => ({
  kind: "connection.created",
  connectionId,
  ...(companyId === undefined ? {} : { companyId }),
  ...(locationId === undefined ? {} : { locationId }),
  outcome: existing === undefined ? "new" : "signed_in_again",
});

const toHeldConnection = (input: {
  readonly id: ConnectionId;
  readonly environment: string;
  readonly answer: TokenAnswer;
  readonly clock: Clock;
  readonly random: Random;
}): HeldConnection => {
  const { id, environment, answer, clock, random } = input;
  const now = toEpochSeconds(clock.nowSeconds());
  const isLocation = answer.userType === "Location";
  const plan = planRefresh(now, answer.expires_in, toJitter(random));
  return {
    connection: {
      id,
      kind: isLocation ? "location" : "company",
      environment,
      companyId: toCompanyId(answer.companyId),
      ...(isLocation && answer.locationId !== undefined
        ? { locationId: toLocationId(answer.locationId) }
        : {}),
      ...(answer.userId === undefined ? {} : { userId: answer.userId }),
      scopes: toScopes(answer.scope),
      status: "active",
      connectedAt: now,
      tokenExpiresAt: plan.expiresAt,
    },
    tokens: {
      accessToken: toSecret(answer.access_token),
      refreshToken: toSecret(answer.refresh_token),
      ...plan,
    },
    approvedLocations: toApprovedLocations(answer),
  };
};

/** The scopes of GoHighLevel's space-separated list. */
export const toScopes = (scope: string): readonly string[] =>
  scope.split(/\s+/).filter((name) => name !== "");

/** A random number from 0 to 1 for spreading refreshes. */
export const toJitter = (random: Random): number => (random.bytes(1)[0] ?? 0) / 255;
