import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { Entry, MaintainableStore, Maintenance } from "./maintainable-store.ts";
import type { Address, Stored } from "./record-store.ts";

/** A store that lives as long as the process: for tests and for trying things out. */
export const createMemoryStore = (deps: { readonly clock: Clock }): MaintainableStore => {
  const records = new Map<string, Entry>();
  let closed = false;

  const isLive = (record: Entry): boolean =>
    record.expiresAt === undefined || record.expiresAt > deps.clock.nowSeconds();

  const checkOpen = (): void => {
    if (closed) throw new AppError("storage_unavailable", "the memory store is closed");
  };

  const find = (at: Address): Entry | undefined => {
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
      const { expiresAt, group } = options;
      records.set(toMapKey(at), {
        ...toAddress(at),
        value,
        version,
        ...(expiresAt === undefined ? {} : { expiresAt }),
        ...(group === undefined ? {} : { group }),
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
      const found = [...records.values()].filter((record) => isIn(record, namespace, group));
      return found.filter(isLive).map(toKey).toSorted();
    },
    sweep: async () => {
      checkOpen();
      const expired = [...records].filter(([, record]) => !isLive(record));
      for (const [mapKey] of expired) records.delete(mapKey);
      return expired.length;
    },
    ...createMaintenance({ records, isLive, checkOpen }),
    close: async () => {
      closed = true;
      records.clear();
    },
  };
};

const createMaintenance = (deps: {
  readonly records: Map<string, Entry>;
  readonly isLive: (record: Entry) => boolean;
  readonly checkOpen: () => void;
}): Maintenance => {
  const { records, isLive, checkOpen } = deps;
  const findLive = (): readonly Entry[] => {
    checkOpen();
    return [...records.values()].filter(isLive);
  };
  return {
    count: async () => findLive().length,
    async *entries() {
      yield* findLive();
    },
    restore: async (entries) => {
      checkOpen();
      for (const entry of entries) records.set(toMapKey(entry), entry);
    },
    swapValue: async (at, from, to) => {
      checkOpen();
      const record = records.get(toMapKey(at));
      if (record?.value !== from || !isLive(record)) return false;
      records.set(toMapKey(at), { ...record, value: to });
      return true;
    },
  };
};

/** Whether a record is one of the group's that `list` gives. */
const isIn = (record: Entry, namespace: string, group: string): boolean =>
  record.namespace === namespace && record.group === group;

const toMapKey = (at: Address): string => JSON.stringify([at.namespace, at.key]);

const toKey = ({ key }: Address): string => key;

const toAddress = ({ namespace, key }: Address): Address => ({ namespace, key });

const toStored = (record: Entry | undefined): Stored | undefined =>
  record === undefined ? undefined : { value: record.value, version: record.version };
