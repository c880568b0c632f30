import type { EpochSeconds } from "../core/clock.ts";
import { hashToken } from "../crypto/hash.ts";
import { type RecordStore, walkGroup } from "../storage/record-store.ts";

/** The agency and the location that a record is of; without a location, of an agency as a whole. */
export interface Place {
  readonly companyId?: string | undefined;
  readonly locationId?: string | undefined;
}

/** Finds records by what webhooks name: a location or an agency. */
export interface PlaceIndex {
  /** Lets a record be found by its place, until `expiresAt` where there is one. Doing so twice is fine. */
  add(key: string, place: Place, expiresAt?: EpochSeconds): Promise<void>;
  remove(key: string, place: Place): Promise<void>;
  /** Those of this very location. */
  ofLocation(locationId: string): Promise<readonly string[]>;
  /** Those of an agency as a whole and of its locations. */
  ofCompany(companyId: string): Promise<readonly string[]>;
  /** Those of all agencies as a whole, page by page: for an event that names no agency. */
  walkAgencies(): AsyncGenerator<string, void, undefined>;
}

/**
 * Makes an index in a namespace of its own: a small record for each way to find one. Names are hashed, so
 * that the store's readable part lists no customer's ids; whatever is found is compared with the sealed
 * record, so that writing here gains nobody anything.
 */
export const createPlaceIndex = (deps: {
  readonly store: RecordStore;
  readonly namespace: string;
  readonly environment: string;
}): PlaceIndex => {
  const { store, namespace, environment } = deps;
  const toGroup = (...name: readonly string[]): string =>
    hashToken(JSON.stringify([environment, ...name]));
  const toGroups = ({ companyId, locationId }: Place): readonly string[] => [
    ...(companyId === undefined ? [] : [toGroup("company", companyId)]),
    locationId === undefined ? toGroup("agencies") : toGroup("location", locationId),
  ];
  const toAddress = (group: string, key: string) => ({ namespace, key: `${group}/${key}` });
  const list = async (group: string): Promise<readonly string[]> =>
    (await store.list(namespace, group)).map((key) => key.slice(group.length + 1));

  return {
    add: async (key, place, expiresAt) => {
      for (const group of toGroups(place)) {
        const options = { group, ...(expiresAt !== undefined && { expiresAt }) };
        await store.put(toAddress(group, key), "", options);
      }
    },
    remove: async (key, place) => {
      for (const group of toGroups(place)) await store.delete(toAddress(group, key));
    },
    ofLocation: (locationId) => list(toGroup("location", locationId)),
    ofCompany: (companyId) => list(toGroup("company", companyId)),
    walkAgencies: async function* () {
      const group = toGroup("agencies");
      for await (const key of walkGroup(store, namespace, group)) yield key.slice(group.length + 1);
    },
  };
};

/** The index of connections. */
export const createConnectionPlaces = (deps: {
  readonly store: RecordStore;
  readonly environment: string;
}): PlaceIndex => createPlaceIndex({ ...deps, namespace: "connection_place" });
