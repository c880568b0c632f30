import { type AuditEvent, type AuditTrail, silentAuditTrail } from "../core/audit.ts";
import { type Clock, toEpochSeconds } from "../core/clock.ts";
import type { Connection } from "../core/connection.ts";
import { type ConnectionId, toCompanyId, toConnectionId, toLocationId } from "../core/ids.ts";
import { toSecret } from "../core/secret.ts";
import { hashToken } from "../crypto/hash.ts";
import type { Random } from "../crypto/random.ts";
import type { RecordStore } from "../storage/record-store.ts";
import { toApprovedLocations } from "./approved-locations.ts";
import type { TokenAnswer } from "./token-answer.ts";
import { planRefresh } from "./token-set.ts";
import type { HeldConnection, Vault, VaultEntry } from "./vault.ts";

/** The connections of one environment. */
export interface Connections {
  /** Finds a connection; one of another environment is not found, as its tokens belong elsewhere. */
  find(id: ConnectionId): Promise<VaultEntry | undefined>;
  /** All connections, newest sign-in first. */
  list(): Promise<readonly Connection[]>;
  /**
   * Records a sign-in: makes a connection, or gives the one of the same company, location and user
   * type its new tokens.
   */
  record(answer: TokenAnswer): Promise<Connection>;
  /** Discards the tokens and the record; a missing one is fine. */
  remove(id: ConnectionId, by: "person" | "webhook"): Promise<void>;
}

const IDENTITY = "connection_identity";

/** Makes the connections over the vault; `store` holds the index from identity to connection. */
export const createConnections = (deps: {
  readonly environment: string;
  readonly vault: Vault;
  readonly store: RecordStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit?: AuditTrail;
}): Connections => {
  const { environment, vault, store, clock, random, audit = silentAuditTrail } = deps;

  const find = async (id: ConnectionId): Promise<VaultEntry | undefined> => {
    const entry = await vault.read(id);
    return entry?.connection.environment === environment ? entry : undefined;
  };

  /** The id that belongs to an identity; of concurrent first sign-ins one decides it. */
  const claimId = async (identity: string): Promise<ConnectionId> => {
    const at = { namespace: IDENTITY, key: identity };
    for (;;) {
      const known = await store.get(at);
      if (known !== undefined) return toConnectionId(known.value);
      const fresh = random.id();
      const outcome = await store.put(at, fresh, { ifVersion: "absent" });
      if (outcome.ok) return toConnectionId(fresh);
    }
  };

  return {
    find,
    list: async () => {
      const ids = await vault.list();
      const entries = await Promise.all(ids.map(find));
      return entries
        .flatMap((entry) => (entry === undefined ? [] : [entry.connection]))
        .toSorted((a, b) => b.connectedAt - a.connectedAt);
    },
    record: async (answer) => {
      const identity = toIdentity(environment, answer);
      for (;;) {
        const id = await claimId(identity);
        const existing = await vault.read(id);
        const held = toHeldConnection({ id, environment, answer, clock, random });
        const written = await vault.write(held, existing?.version ?? "absent");
        if (written === "conflict") continue;
        await audit.record(toCreated(written.connection, existing));
        return written.connection;
      }
    },
    remove: async (id, by) => {
      const entry = await find(id);
      if (entry === undefined) return;
      await vault.remove(id);
      const { kind, companyId, locationId } = entry.connection;
      const identity = toIdentity(environment, {
        userType: kind === "company" ? "Company" : "Location",
        companyId: companyId ?? "",
        locationId,
      });
      await store.delete({ namespace: IDENTITY, key: identity });
      await audit.record({ kind: "connection.removed", connectionId: id, by });
    },
  };
};

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

// Hashed, so that the store's readable part does not list a customer's location ids.
const toIdentity = (
  environment: string,
  who: {
    readonly userType: "Location" | "Company";
    readonly companyId: string;
    readonly locationId?: string | undefined;
  },
): string => {
  const location = who.userType === "Location" ? (who.locationId ?? "") : "";
  return hashToken(JSON.stringify([environment, who.userType, who.companyId, location]));
};

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
