import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import { createPace } from "../core/pace.ts";
import { createGroups, toPage } from "./memory-groups.ts";
import type { Entry, MaintainableStore, Maintenance } from "./maintainable-store.ts";
import type { Address, Stored } from "./record-store.ts";

/** A store that lives as long as the process: for tests and for trying things out. */
export const createMemoryStore = (deps: { readonly clock: Clock }): MaintainableStore => {
  const { records, groups, keep, drop } = createRecords();
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
      keep({
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
      if (current !== undefined) drop(at);
      return toStored(current);
    },
    delete: async (at) => {
      checkOpen();
      drop(at);
    },
    list: async (namespace, group, page) => {
      checkOpen();
      const live = groups.keysOf(namespace, group).filter((key) => find({ namespace, key }));
      return toPage(live.toSorted(), page);
    },
    sweep: async () => {
      checkOpen();
      return sweep([...records.values()], (record) => !isLive(record) && drop(record));
    },
    ...createMaintenance({ records, isLive, checkOpen, keep }),
    close: async () => {
      closed = true;
      records.clear();
      groups.clear();
    },
  };
};

/** The records, and by group which there are; both change together. */
const createRecords = () => {
  const records = new Map<string, Entry>();
  const groups = createGroups();
  const drop = (at: Address): boolean => {
    const record = records.get(toMapKey(at));
    if (record !== undefined) groups.remove(record);
    return records.delete(toMapKey(at));
  };
  const keep = (record: Entry): void => {
    drop(record);
    records.set(toMapKey(record), record);
    groups.add(record);
  };
  return { records, groups, keep, drop };
};

/** Looks at all records with turns of the event loop between, and says how many were dropped. */
const sweep = async (
  all: readonly Entry[],
  dropIfOver: (record: Entry) => boolean,
): Promise<number> => {
  const pace = createPace();
  let removed = 0;
  for (const record of all) {
    if (dropIfOver(record)) removed += 1;
    await pace();
  }
  return removed;
};

const createMaintenance = (deps: {
  readonly records: Map<string, Entry>;
  readonly isLive: (record: Entry) => boolean;
  readonly checkOpen: () => void;
  readonly keep: (record: Entry) => void;
}): Maintenance => {
  const { records, isLive, checkOpen, keep } = deps;
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
      for (const entry of entries) keep(entry);
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

const toMapKey = (at: Address): string => JSON.stringify([at.namespace, at.key]);

const toAddress = ({ namespace, key }: Address): Address => ({ namespace, key });

const toStored = (record: Entry | undefined): Stored | undefined =>
  record === undefined ? undefined : { value: record.value, version: record.version };
