import { open, seal } from "../crypto/envelope.ts";
import type { Keyring } from "../crypto/keyring.ts";
import type { Random } from "../crypto/random.ts";
import type { Address, RecordStore, Stored } from "./record-store.ts";

/** What {@link createSealedStore} needs. */
export interface SealedStoreDeps {
  readonly store: RecordStore;
  readonly keyring: Keyring;
  readonly random: Random;
}

/**
 * A store whose values are encrypted, each bound to its namespace and key; addresses, groups,
 * versions and expiry stay readable. A value that does not open throws
 * `AppError("storage_corrupt")`: it is never taken for a missing record, and stays where it is.
 */
export const createSealedStore = (deps: SealedStoreDeps): RecordStore => {
  const { store, keyring, random } = deps;
  const unseal = (at: Address, stored: Stored | undefined): Stored | undefined =>
    stored === undefined
      ? undefined
      : { value: open(keyring, toAad(at), stored.value), version: stored.version };

  return {
    get: async (at) => unseal(at, await store.get(at)),
    put: (at, value, options) => store.put(at, seal(keyring, random, toAad(at), value), options),
    take: async (at) => {
      // A damaged record must not be destroyed by the attempt to take it, so it is tried first.
      unseal(at, await store.get(at));
      return unseal(at, await store.take(at));
    },
    delete: (at) => store.delete(at),
    list: (namespace, group, page) => store.list(namespace, group, page),
    sweep: () => store.sweep(),
    close: () => store.close(),
  };
};

/**
 * What a sealed value authenticates: the record by namespace and key, of which the key begins with the
 * tenant where there is one, and the field, since a record has one sealed field and the spool seals
 * another. Namespaces are fixed words of ours without a bar, so two addresses never give the same text.
 */
export const toAad = (at: Address): string => `${at.namespace}|${at.key}|value`;
