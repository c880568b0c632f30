import type { JsonObject } from "../gate/fields.ts";
import { toSeededId } from "../world/ids.ts";

/** A record that the sandbox keeps: what was sent for it, or what it was seeded with. */
export interface StoredRecord {
  readonly id: string;
  readonly fields: JsonObject;
}

/** The records of one kind in one place, in the order in which they came. */
export interface Collection {
  list(): readonly StoredRecord[];
  find(id: string): StoredRecord | undefined;
  /** Adds a record, or lays fields over those that it has. */
  put(id: string, fields: JsonObject): StoredRecord;
  /** Whether there was such a record. */
  delete(id: string): boolean;
}

/** What makes a collection. */
export interface CollectionKey {
  /** The location or the company that the records belong to. */
  readonly owner: string;
  /** The path of the collection, without a slash at its end. */
  readonly path: string;
  /** The fields of the records that are there from the start. */
  readonly seeds: () => readonly JsonObject[];
}

/** Everything that operations without an endpoint of their own remember, for one sandbox. */
export interface RecordStore {
  /** The collection under a key, with its seeds when it is first opened. */
  open(key: CollectionKey): Collection;
  /** Whom the record with an id belongs to, in the collections at a path; undefined for an unknown id. */
  ownerOf(path: string, id: string): string | undefined;
}

/** Creates the store. Ids of seeds follow from the seed, the owner, the path and their place. */
export const createRecordStore = (seed: number): RecordStore => {
  const collections = new Map<string, Collection>();
  const owners = new Map<string, string>();
  const create = ({ owner, path, seeds }: CollectionKey): Collection => {
    const records = new Map<string, StoredRecord>();
    const collection: Collection = {
      list: () => [...records.values()],
      find: (id) => records.get(id),
      put: (id, fields) => {
        const record = { id, fields: { ...records.get(id)?.fields, ...fields } };
        records.set(id, record);
        owners.set(`${path} ${id}`, owner);
        return record;
      },
      delete: (id) => records.delete(id),
    };
    for (const [index, fields] of seeds().entries()) {
      const id = fields["id"];
      collection.put(
        typeof id === "string" ? id : toSeededId(seed, `${owner} ${path} ${index}`),
        fields,
      );
    }
    return collection;
  };
  return {
    ownerOf: (path, id) => owners.get(`${path} ${id}`),
    open: (key) => {
      const name = `${key.owner} ${key.path}`;
      const collection = collections.get(name) ?? create(key);
      collections.set(name, collection);
      return collection;
    },
  };
};
