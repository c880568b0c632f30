/**
 * A place of this machine for small texts that must outlive the process: where GoHighLevel's answers lie
 * until the store has them. Names are letters, digits, `.`, `_` and `-`.
 */
export interface Spool {
  /**
   * Writes a text under a new name. When this returns, the text outlives the process; it is synchronous
   * so that nothing else happens before. Throws if it cannot be written.
   */
  write(name: string, text: string): void;
  /** Makes a text that was written outlive the machine's power, too. */
  sync(name: string): Promise<void>;
  /** The names of all texts. */
  list(): Promise<readonly string[]>;
  /** Reads a text; undefined if it is gone. */
  read(name: string): Promise<string | undefined>;
  /** Removes a text; a missing one is fine. */
  remove(name: string): Promise<void>;
}

/** A spool that keeps nothing, for a store that does not outlive the process either. */
export const noSpool: Spool = {
  write: () => undefined,
  sync: async () => undefined,
  list: async () => [],
  read: async () => undefined,
  remove: async () => undefined,
};
