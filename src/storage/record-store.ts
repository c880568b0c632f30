import { type EpochSeconds, toEpochSeconds } from "../core/clock.ts";

/** Where a record is. Namespaces are fixed words of ours; keys are ids or hashes. */
export interface Address {
  readonly namespace: string;
  readonly key: string;
}

/** A record as it was read. `version` starts at 1 and grows by one with each write. */
export interface Stored {
  readonly value: string;
  readonly version: number;
}

/** How to write a record. */
export interface PutOptions {
  /** From this second on the record is gone for every verb. Absent: it stays. */
  readonly expiresAt?: EpochSeconds;
  /** Write only if the record is absent, or is at this version. Absent: write in any case. */
  readonly ifVersion?: "absent" | number;
  /** A second way to find the record, through `list`. */
  readonly group?: string;
}

/**
 * A part of a group: at most `limit` keys, from the front or, with `last`, from the end. A page goes on
 * where another ended. Cheap on every store where the keys of the group lie close together in the order
 * of all keys of the namespace.
 */
export interface ListPage {
  readonly limit: number;
  /** Only keys after this one. */
  readonly after?: string;
  /** Only keys before this one. */
  readonly before?: string;
  readonly last?: boolean;
}

/** What a write did. */
export type PutOutcome =
  | { readonly ok: true; readonly version: number }
  | { readonly ok: false; readonly reason: "conflict" };

/**
 * The storage port: every verb is atomic, also between processes on one store. Domain records are
 * built on top of it once, for all stores. A broken store throws `AppError("storage_unavailable")`.
 */
export interface RecordStore {
  /** Reads a record; undefined if absent or expired. */
  get(at: Address): Promise<Stored | undefined>;
  /** Writes a record; with `ifVersion`, exactly one of several concurrent writers wins. */
  put(at: Address, value: string, options?: PutOptions): Promise<PutOutcome>;
  /** Reads and deletes in one step: of concurrent takers exactly one gets the record. */
  take(at: Address): Promise<Stored | undefined>;
  /** Deletes a record; a missing one is fine. */
  delete(at: Address): Promise<void>;
  /** The keys of the live records of a group, or of a page of it, in ascending order. */
  list(namespace: string, group: string, page?: ListPage): Promise<readonly string[]>;
  /**
   * Removes expired records, in portions between which the event loop goes on, and says how many; stores
   * that expire by themselves answer 0.
   */
  sweep(): Promise<number>;
  close(): Promise<void>;
}

/** A key that stands after every key: as bytes of UTF-8 none is greater. */
export const AFTER_ALL_KEYS = "\u{10FFFF}";

/** The keys of a group, page by page: memory stays flat, and no look at the store is long. */
export async function* walkGroup(
  store: Pick<RecordStore, "list">,
  namespace: string,
  group: string,
): AsyncGenerator<string, void, undefined> {
  let after: string | undefined;
  for (;;) {
    const page = { limit: WALK_PAGE, ...(after !== undefined && { after }) };
    const keys = await store.list(namespace, group, page);
    yield* keys;
    after = keys.at(-1);
    if (after === undefined || keys.length < WALK_PAGE) return;
  }
}

const WALK_PAGE = 500;

/**
 * Deletes a record that is still at this version, and says whether it was. A delete has no condition, a
 * write has: one that is over at once. Atomic as that write is; `group` is the record's own, if it has one.
 */
export const deleteAtVersion = async (
  store: Pick<RecordStore, "put">,
  at: Address,
  { ifVersion, group }: { readonly ifVersion: number; readonly group?: string },
): Promise<boolean> => {
  const expiresAt = toEpochSeconds(1);
  const outcome = await store.put(at, "", {
    ifVersion,
    expiresAt,
    ...(group !== undefined && { group }),
  });
  return outcome.ok;
};

/**
 * As {@link deleteAtVersion}, and leaves no row behind until the next sweep: only for an address that is never
 * used again, since what somebody wrote there in between would go as well.
 */
export const deleteForGood = async (
  store: Pick<RecordStore, "put" | "delete">,
  at: Address,
  options: Parameters<typeof deleteAtVersion>[2],
): Promise<boolean> => {
  const deleted = await deleteAtVersion(store, at, options);
  if (deleted) await store.delete(at);
  return deleted;
};
