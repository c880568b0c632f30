import type { EpochSeconds } from "../core/clock.ts";
import type { Address, RecordStore, Stored } from "./record-store.ts";

/** A whole record, as it lies in a store. */
export interface Entry extends Address, Stored {
  readonly expiresAt?: EpochSeconds;
  readonly group?: string;
}

/**
 * What commands that look after a store need beyond its verbs. Kept apart from the port, so that no
 * domain record is ever built on walking over everything.
 */
export interface Maintenance {
  /** How many live records there are. */
  count(): Promise<number>;
  /**
   * Every live record, page by page. A record that is written while this runs may come in its old or
   * in its new state; one that is there from the first page to the last always comes, and once.
   */
  entries(): AsyncIterable<Entry>;
  /** Writes records as they are, version, end and group included, over those at their addresses. */
  restore(entries: readonly Entry[]): Promise<void>;
  /**
   * Puts another value in the place of `from` and leaves version, end and group alone: for values that
   * mean the same, so that a writer who holds the version is not disturbed. False, and nothing changed,
   * if the record is gone or its value is not `from`.
   */
  swapValue(at: Address, from: string, to: string): Promise<boolean>;
}

/** A store as the adapters build it. */
export type MaintainableStore = RecordStore & Maintenance;
