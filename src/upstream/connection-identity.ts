import type { Connection } from "../core/connection.ts";
import { type ConnectionId, toCompanyId, toConnectionId } from "../core/ids.ts";
import { hashToken } from "../crypto/hash.ts";
import { deleteAtVersion, type RecordStore, type Stored } from "../storage/record-store.ts";

/** Who a connection is for at GoHighLevel: the same identity signs in to the same connection. */
export interface Identity {
  readonly environment: string;
  /** The user type of the token answer; `Private` for a private integration token. */
  readonly userType: "Location" | "Company" | "Private";
  /** Empty for a private integration token, which does not say. */
  readonly companyId: string;
  readonly locationId?: string | undefined;
}

/** The key of an identity. Hashed, so that the store's readable part lists no customer's location ids. */
export const toIdentityKey = (who: Identity): string => {
  const location = who.userType === "Company" ? "" : (who.locationId ?? "");
  return hashToken(JSON.stringify([who.environment, who.userType, who.companyId, location]));
};

/** The key of the identity that a signed-in connection is for. */
export const toIdentityKeyOf = ({
  environment,
  kind,
  companyId = toCompanyId(""),
  locationId,
}: Connection): string =>
  toIdentityKey({
    environment,
    userType: kind === "company" ? "Company" : "Location",
    companyId,
    locationId,
  });

/**
 * Which connection an identity has. An id that was ended is never given again: a grant on the connection
 * that was discarded must not reach the one that somebody signs in to later.
 */
export interface IdentityIndex {
  find(key: string): Promise<ConnectionId | undefined>;
  /** The id that belongs to an identity; of concurrent first sign-ins one decides it. */
  claim(key: string, makeId: () => string): Promise<ConnectionId>;
  /** Ends an id, before its record is discarded: from here on the next sign-in has a new one. */
  end(key: string, id: ConnectionId): Promise<void>;
  /** Takes back {@link end}, unless another sign-in has a new id by now. */
  restore(key: string, id: ConnectionId): Promise<void>;
  /** Forgets an id that was ended, once its record is gone. */
  release(key: string, id: ConnectionId): Promise<void>;
}

const NAMESPACE = "connection_identity";

/** Stands before an id that was ended; no id has a colon. */
const ENDED = "ended:";

/** Makes the index over a store. */
export const createIdentityIndex = (deps: { readonly store: RecordStore }): IdentityIndex => {
  const { store } = deps;
  const toAddress = (key: string) => ({ namespace: NAMESPACE, key });
  /** Writes `to` in place of `from`, unless something else is there. */
  const swap = async (key: string, from: string, to: string): Promise<void> => {
    for (;;) {
      const known = await store.get(toAddress(key));
      if (known?.value !== from) return;
      const { ok } = await store.put(toAddress(key), to, { ifVersion: known.version });
      if (ok) return;
    }
  };
  return {
    find: async (key) => toLiveId(await store.get(toAddress(key))),
    claim: async (key, makeId) => {
      for (;;) {
        const known = await store.get(toAddress(key));
        const live = toLiveId(known);
        if (live !== undefined) return live;
        const fresh = makeId();
        const ifVersion = known?.version ?? "absent";
        const outcome = await store.put(toAddress(key), fresh, { ifVersion });
        if (outcome.ok) return toConnectionId(fresh);
      }
    },
    end: (key, id) => swap(key, id, ENDED + id),
    restore: (key, id) => swap(key, ENDED + id, id),
    release: async (key, id) => {
      const known = await store.get(toAddress(key));
      if (known?.value !== ENDED + id) return;
      await deleteAtVersion(store, toAddress(key), { ifVersion: known.version });
    },
  };
};

const toLiveId = (known: Stored | undefined): ConnectionId | undefined =>
  known === undefined || known.value.startsWith(ENDED) ? undefined : toConnectionId(known.value);
