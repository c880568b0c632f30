import type { Entry } from "./maintainable-store.ts";
import type { ListPage } from "./record-store.ts";

/** Which keys are in which group. */
export interface Groups {
  add(record: Entry): void;
  remove(record: Entry): void;
  keysOf(namespace: string, group: string): readonly string[];
  clear(): void;
}

/** Makes the groups of a store, so that one is listed without a look at all records. */
export const createGroups = (): Groups => {
  const groups = new Map<string, Set<string>>();
  const toGroupKey = (namespace: string, group: string): string =>
    JSON.stringify([namespace, group]);
  return {
    add: ({ namespace, key, group }) => {
      if (group === undefined) return;
      const groupKey = toGroupKey(namespace, group);
      const keys = groups.get(groupKey) ?? new Set();
      groups.set(groupKey, keys.add(key));
    },
    remove: ({ namespace, key, group }) => {
      if (group === undefined) return;
      const groupKey = toGroupKey(namespace, group);
      const keys = groups.get(groupKey);
      keys?.delete(key);
      if (keys?.size === 0) groups.delete(groupKey);
    },
    keysOf: (namespace, group) => [...(groups.get(toGroupKey(namespace, group)) ?? [])],
    clear: () => groups.clear(),
  };
};

/** The page of keys in ascending order; all of them without one. */
export const toPage = (
  sorted: readonly string[],
  page: ListPage | undefined,
): readonly string[] => {
  if (page === undefined) return sorted;
  const { limit, after, before, last = false } = page;
  const between = sorted.filter(
    (key) => (after === undefined || key > after) && (before === undefined || key < before),
  );
  return last ? between.slice(-limit) : between.slice(0, limit);
};
