import type { ZodType } from "zod";
import type { EpochSeconds } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { PutOptions, RecordStore } from "../storage/record-store.ts";

/** A record with the version that a conditional write names. */
export interface Versioned<Value> {
  readonly value: Value;
  readonly version: number;
}

/** The records of one namespace, checked on reading. Every verb is as atomic as the store's. */
export interface RecordTable<Value> {
  find(key: string): Promise<Versioned<Value> | undefined>;
  /** Writes; false if `ifVersion` did not hold. Expiry and group must be given again each time. */
  write(key: string, value: Value, options: WriteOptions): Promise<boolean>;
  /** Reads and deletes in one step: one winner. */
  take(key: string): Promise<Value | undefined>;
  remove(key: string): Promise<void>;
  list(group: string): Promise<readonly string[]>;
}

/** Every record of the authorization server ends by itself. */
export type WriteOptions = Pick<PutOptions, "ifVersion" | "group"> & {
  readonly expiresAt: EpochSeconds;
};

/**
 * Opens the records of a namespace. A record that does not fit its schema throws
 * `AppError("storage_corrupt")`: it is never taken for a missing one.
 */
export const createRecordTable = <Value>(
  store: RecordStore,
  namespace: string,
  schema: ZodType<Value>,
): RecordTable<Value> => {
  const read = (text: string): Value => {
    const parsed = schema.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
    throw new AppError(
      "storage_corrupt",
      `a record of "${namespace}" does not have the right form`,
    );
  };
  return {
    find: async (key) => {
      const stored = await store.get({ namespace, key });
      return stored && { value: read(stored.value), version: stored.version };
    },
    write: async (key, value, options) =>
      (await store.put({ namespace, key }, JSON.stringify(value), options)).ok,
    take: async (key) => {
      const stored = await store.take({ namespace, key });
      return stored && read(stored.value);
    },
    remove: (key) => store.delete({ namespace, key }),
    list: (group) => store.list(namespace, group),
  };
};
