import type { AuditTrail } from "../core/audit.ts";
import type { Clock } from "../core/clock.ts";
import type { Connection } from "../core/connection.ts";
import type { EventChannel } from "../core/events.ts";
import { type ConnectionId, type LocationId, toConnectionId } from "../core/ids.ts";
import type { Secret } from "../core/secret.ts";
import { equalSecret } from "../crypto/hash.ts";
import type { Random } from "../crypto/random.ts";
import type { RecordStore } from "../storage/record-store.ts";
import { createIdentityIndex, type IdentityIndex, toIdentityKey } from "./connection-identity.ts";
import {
  createPrivateRecords,
  type PrivateRecord,
  type PrivateRecords,
} from "./private-records.ts";
import { type Removable, type Removal, removeConnection, type RemovalOutcome } from "./removal.ts";
import type { UpstreamSettings } from "./settings.ts";

/** The id of the connection that stands for the configured private integration token. */
const PRIVATE_CONNECTION_ID: ConnectionId = toConnectionId("private");

const ID_PREFIX = "private-";

/** Whether an id is that of a private integration token: then there is nothing to refresh. */
export const isPrivateId = (id: ConnectionId): boolean =>
  id === PRIVATE_CONNECTION_ID || id.startsWith(ID_PREFIX);

/** A private integration token as a connection. */
export interface HeldPrivate {
  readonly connection: Connection & { readonly locationId: LocationId };
  readonly token: Secret;
  /** What to do about the status `needs_reauth`, in our words. */
  readonly statusReason: string;
}

/** The private integration tokens of one environment: the configured one, and those that people entered. */
export interface PrivateConnections {
  find(id: ConnectionId): Promise<HeldPrivate | undefined>;
  /** The connection that a location has. */
  findOf(locationId: LocationId): Promise<ConnectionId | undefined>;
  /** All: for the command line. */
  list(): Promise<readonly Connection[]>;
  /** Keeps a checked token, in place of an earlier one of the same location. */
  save(entry: { readonly token: Secret; readonly locationId: LocationId }): Promise<Connection>;
  /** Notes that GoHighLevel refused this very token, and gives what is held now. */
  markRefused(id: ConnectionId, refused: Secret): Promise<HeldPrivate | undefined>;
  /** Discards an entered token; the configured one stays as it is, as if there were none. */
  remove(id: ConnectionId, removal: Removal): Promise<RemovalOutcome>;
}

const ENTERED_REASON =
  "GoHighLevel no longer accepts the private integration token: make a new one in the location under Settings, Private Integrations, and enter it on this server's sign-in page";
const CONFIGURED_REASON =
  "GoHighLevel no longer accepts the private integration token: make a new one in the location under Settings, Private Integrations, and set GHL_PRIVATE_TOKEN to it";

/** Makes the private connections over a sealed store; `store` holds the index by location. */
export const createPrivateConnections = (deps: {
  readonly settings: UpstreamSettings;
  readonly sealed: RecordStore;
  readonly store: RecordStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: AuditTrail;
  readonly events?: Pick<EventChannel, "publish">;
}): PrivateConnections => {
  const { clock, random, audit, settings } = deps;
  const { environment } = settings;
  const records = createPrivateRecords({ ...deps, environment });
  const identities = createIdentityIndex(deps);
  const parts = { clock, random, audit, environment, records, identities };
  const configured = toConfigured(settings, clock);

  const find: PrivateConnections["find"] = async (id) => {
    if (id === PRIVATE_CONNECTION_ID) return configured;
    const found = isPrivateId(id) ? await records.read(id) : undefined;
    return found === undefined ? undefined : toHeld(id, environment, found.record);
  };
  const toKey = (locationId: LocationId): string =>
    toIdentityKey({ environment, userType: "Private", companyId: "", locationId });
  const findRemovable = async (id: ConnectionId): Promise<Removable | undefined> => {
    const found = id === PRIVATE_CONNECTION_ID ? undefined : await records.read(id);
    if (found === undefined) return undefined;
    const { record, version } = found;
    const { locationId, connectedAt } = record;
    const discard = () => records.remove(id, version);
    return { identity: toKey(locationId), connectedAt, discard };
  };

  return {
    find,
    findOf: async (locationId) =>
      configured?.connection.locationId === locationId
        ? configured.connection.id
        : identities.find(toKey(locationId)),
    list: async () => {
      const ids = await records.list();
      const held = [configured, ...(await Promise.all(ids.map(find)))];
      return held.flatMap((one) => (one === undefined ? [] : [one.connection]));
    },
    save: (entry) => save(parts, toKey(entry.locationId), entry),
    markRefused: async (id, refused) => {
      if (id === PRIVATE_CONNECTION_ID) return configured;
      const record = await markRefused(parts, id, refused);
      return record === undefined ? undefined : toHeld(id, environment, record);
    },
    remove: (id, removal) =>
      removeConnection({ identities, audit, find: findRemovable }, id, removal),
  };
};

interface Parts {
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: AuditTrail;
  readonly environment: string;
  readonly records: PrivateRecords;
  readonly identities: IdentityIndex;
}

const save = async (
  { clock, random, audit, environment, records, identities }: Parts,
  key: string,
  { token, locationId }: { readonly token: Secret; readonly locationId: LocationId },
): Promise<Connection> => {
  for (;;) {
    const id = await identities.claim(key, () => ID_PREFIX + random.id());
    const existing = await records.read(id);
    const record: PrivateRecord = {
      locationId,
      token,
      status: "active",
      connectedAt: clock.nowSeconds(),
    };
    const version = await records.write(id, record, existing?.version ?? "absent");
    if (version === undefined) continue;
    if (existing === undefined && (await identities.find(key)) !== id) {
      // Ended between the claim and the write: its grants may live on, so nothing may be there.
      await records.remove(id, version);
      continue;
    }
    const outcome = existing === undefined ? "new" : "signed_in_again";
    await audit.record({ kind: "connection.created", connectionId: id, locationId, outcome });
    return toHeld(id, environment, record).connection;
  }
};

/** Marks the token that was refused, unless another has taken its place. */
const markRefused = async (
  { audit, records }: Parts,
  id: ConnectionId,
  refused: Secret,
): Promise<PrivateRecord | undefined> => {
  for (;;) {
    const found = await records.read(id);
    if (found === undefined) return undefined;
    const { record, version } = found;
    const isOther = !equalSecret(record.token.reveal(), refused.reveal());
    if (isOther || record.status === "needs_reauth") return record;
    const marked = { ...record, status: "needs_reauth" } as const;
    if ((await records.write(id, marked, version)) === undefined) continue;
    await audit.record({ kind: "connection.needs_reauth", connectionId: id });
    return marked;
  }
};

const toHeld = (
  id: ConnectionId,
  environment: string,
  { locationId, token, status, connectedAt }: PrivateRecord,
): HeldPrivate => ({
  connection: { id, kind: "private", environment, locationId, scopes: [], status, connectedAt },
  token,
  statusReason: ENTERED_REASON,
});

const toConfigured = (settings: UpstreamSettings, clock: Clock): HeldPrivate | undefined => {
  const { environment, privateToken } = settings;
  if (privateToken === undefined) return undefined;
  const connectedAt = clock.nowSeconds();
  const record = { ...privateToken, status: "active", connectedAt } as const;
  return { ...toHeld(PRIVATE_CONNECTION_ID, environment, record), statusReason: CONFIGURED_REASON };
};
