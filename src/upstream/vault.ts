import { z } from "zod";
import { toEpochSeconds } from "../core/clock.ts";
import type { Connection } from "../core/connection.ts";
import type { EventChannel } from "../core/events.ts";
import { AppError } from "../core/errors.ts";
import {
  type ConnectionId,
  type LocationId,
  toCompanyId,
  toConnectionId,
  toLocationId,
} from "../core/ids.ts";
import { toSecret } from "../core/secret.ts";
import { deleteForGood, type RecordStore, walkGroup } from "../storage/record-store.ts";
import type { TokenSet } from "./token-set.ts";

/** Everything that is kept about a connection. One record, so that no crash can split it. */
export interface HeldConnection {
  readonly connection: Connection;
  readonly tokens: TokenSet;
  /** The locations that the agency approved for a company connection. */
  readonly approvedLocations: readonly LocationId[] | "all";
  /** The locations that left an agency which approved all of them. Absent: none. */
  readonly removedLocations?: readonly LocationId[];
  /** Why a person must sign in again, in our words; there with the status `needs_reauth`. */
  readonly statusReason?: string;
}

/** A held connection as it was read, with its version for a fenced write. */
export interface VaultEntry extends HeldConnection {
  readonly version: number;
}

/** The sealed records of the connections of one environment. */
export interface Vault {
  /** Reads a connection; undefined if there is none. */
  read(id: ConnectionId): Promise<VaultEntry | undefined>;
  /** Writes a connection at one version; `conflict` if another writer was first. */
  write(held: HeldConnection, ifVersion: "absent" | number): Promise<VaultEntry | "conflict">;
  /** The ids of all connections, page by page: for work in the background, and for the command line. */
  walk(): AsyncGenerator<ConnectionId, void, undefined>;
  /** Discards a connection at one version; false if another writer was first, or it is gone. */
  remove(id: ConnectionId, ifVersion: number): Promise<boolean>;
}

const NAMESPACE = "connection";

/**
 * Makes the vault over a sealed store, whose encryption binds each value to its address. The address
 * begins with the environment, so that a record of one GoHighLevel does not open as one of another.
 */
export const createVault = (deps: {
  readonly sealed: RecordStore;
  readonly environment: string;
  /** Is told of every connection that is written or removed. Absent: nobody is. */
  readonly events?: Pick<EventChannel, "publish">;
}): Vault => {
  const { sealed, environment, events } = deps;
  const tenant = `${environment}/`;
  const toAddress = (id: ConnectionId) => ({ namespace: NAMESPACE, key: `${tenant}${id}` });
  return {
    read: async (id) => {
      const stored = await sealed.get(toAddress(id));
      return stored === undefined
        ? undefined
        : { ...fromText(id, stored.value), version: stored.version };
    },
    write: async (held, ifVersion) => {
      const { id } = held.connection;
      const outcome = await sealed.put(toAddress(id), toText(held), {
        ifVersion,
        group: environment,
      });
      if (!outcome.ok) return "conflict";
      events?.publish({ kind: "connection_changed", connectionId: id });
      return { ...held, version: outcome.version };
    },
    walk: async function* () {
      for await (const key of walkGroup(sealed, NAMESPACE, environment)) {
        yield toConnectionId(key.slice(tenant.length));
      }
    },
    remove: async (id, ifVersion) => {
      const at = { ifVersion, group: environment };
      const removed = await deleteForGood(sealed, toAddress(id), at);
      if (removed) events?.publish({ kind: "connection_changed", connectionId: id });
      return removed;
    },
  };
};

const seconds = z.number().int().transform(toEpochSeconds);
const secret = z.string().transform(toSecret);
const locationIds = z.array(z.string().transform(toLocationId));

const heldConnection = z.object({
  connection: z.object({
    id: z.string().transform(toConnectionId),
    kind: z.enum(["location", "company"]),
    environment: z.string(),
    companyId: z.string().transform(toCompanyId),
    locationId: z.string().transform(toLocationId).exactOptional(),
    userId: z.string().exactOptional(),
    scopes: z.array(z.string()),
    status: z.enum(["active", "needs_reauth", "suspended"]),
    connectedAt: seconds,
    tokenExpiresAt: seconds,
    lastRefreshAt: seconds.exactOptional(),
  }),
  tokens: z.object({
    accessToken: secret,
    refreshToken: secret,
    expiresAt: seconds,
    refreshAfter: seconds,
  }),
  approvedLocations: z.union([z.literal("all"), locationIds]),
  removedLocations: locationIds.exactOptional(),
  statusReason: z.string().exactOptional(),
});

// A Secret prints itself as "[secret]", so the tokens are revealed by hand: here and nowhere else.
const toText = (held: HeldConnection): string =>
  JSON.stringify({
    connection: { ...held.connection, tokenExpiresAt: held.tokens.expiresAt },
    tokens: {
      ...held.tokens,
      accessToken: held.tokens.accessToken.reveal(),
      refreshToken: held.tokens.refreshToken.reveal(),
    },
    approvedLocations: held.approvedLocations,
    ...(held.removedLocations === undefined || held.removedLocations.length === 0
      ? {}
      : { removedLocations: held.removedLocations }),
    ...(held.statusReason === undefined ? {} : { statusReason: held.statusReason }),
  });

const fromText = (id: ConnectionId, text: string): HeldConnection => {
  const parsed = heldConnection.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => issue.path.join("."));
  throw new AppError(
    "storage_corrupt",
    `the record of connection "${id}" is not complete: ${fields.join(", ")}`,
  );
};
