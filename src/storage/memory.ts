import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { Address, RecordStore, Stored } from "./record-store.ts";

interface MemoryRecord extends Stored {
  readonly address: Address;
  readonly expiresAt: number | undefined;
  readonly group: string | undefined;
}

/** A store that lives as long as the process: for tests and for trying things out. */
export const createMemoryStore = (deps: { readonly clock: Clock }): RecordStore => {
  const records = new Map<string, MemoryRecord>();
  let closed = false;

  const isLive = (record: MemoryRecord): boolean =>
    record.expiresAt === undefined || record.expiresAt > deps.clock.nowSeconds();

  const checkOpen = (): void => {
    if (closed) throw new AppError("storage_unavailable", "the memory store is closed");
  };

  const find = (at: Address): MemoryRecord | undefined => {
    checkOpen();
    const record = records.get(toMapKey(at));
    return record !== undefined && isLive(record) ? record : undefined;
  };

  return {
    get: async (at) => toStored(find(at)),
    put: async (at, value, options = {}) => {
      const current = find(at);
      const { ifVersion } = options;
      if (ifVersion !== undefined && ifVersion !== (current?.version ?? "absent")) {
        return { ok: false, reason: "conflict" };
      }
      const version = (current?.version ?? 0) + 1;
      records.set(toMapKey(at), {
        address: at,
        value,
        version,
        expiresAt: options.expiresAt,
        group: options.group,
      });
      return { ok: true, version };
    },
    take: async (at) => {
      const current = find(at);
      if (current !== undefined) records.delete(toMapKey(at));
      return toStored(current);
    },
    delete: async (at) => {
      checkOpen();
      records.delete(toMapKey(at));
    },
    list: async (namespace, group) => {
      checkOpen();
      return [...records.values()]
        .filter((record) => isIn(record, namespace, group) && isLive(record))
        .map((record) => record.address.key)
        .toSorted((a, b) => (a < b ? -1 : 1));
    },
    sweep: async () => {
      checkOpen();
      const expired = [...records].filter(([, record]) => !isLive(record));
      for (const [mapKey] of expired) records.delete(mapKey);
      return expired.length;
    },
    close: async () => {
      closed = true;
      records.clear();
    },
  };
};

/** Whether a record is one of the group's that `list` gives. */
const isIn = (record: MemoryRecord, namespace: string, group: string): boolean =>
  record.address.namespace === namespace && record.group === group;

const toMapKey = (at: Address): string => JSON.stringify([at.namespace, at.key]);

const toStored = (record: MemoryRecord | undefined): Stored | undefined =>
  record === undefined ? undefined : { value: record.value, version: record.version };
