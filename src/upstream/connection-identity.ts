import { type ConnectionId, toConnectionId } from "../core/ids.ts";
import { hashToken } from "../crypto/hash.ts";
import type { RecordStore } from "../storage/record-store.ts";

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

/** Which connection an identity has. */
export interface IdentityIndex {
  find(key: string): Promise<ConnectionId | undefined>;
  /** The id that belongs to an identity; of concurrent first sign-ins one decides it. */
  claim(key: string, makeId: () => string): Promise<ConnectionId>;
  /** The next sign-in of the identity makes a new connection. */
  release(key: string): Promise<void>;
}

const NAMESPACE = "connection_identity";

/** Makes the index over a store. */
export const createIdentityIndex = (deps: { readonly store: RecordStore }): IdentityIndex => {
  const { store } = deps;
  const toAddress = (key: string) => ({ namespace: NAMESPACE, key });
  const find: IdentityIndex["find"] = async (key) => {
    const known = await store.get(toAddress(key));
    return known === undefined ? undefined : toConnectionId(known.value);
  };
  return {
    find,
    claim: async (key, makeId) => {
      for (;;) {
        const known = await find(key);
        if (known !== undefined) return known;
        const fresh = makeId();
        const outcome = await store.put(toAddress(key), fresh, { ifVersion: "absent" });
        if (outcome.ok) return toConnectionId(fresh);
      }
    },
    release: (key) => store.delete(toAddress(key)),
  };
};
