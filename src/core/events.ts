/**
 * What one process on a store tells the others. A hint to look again, never the truth: that is in the
 * store. Ids and hashes alone, no secrets, no personal data, so that it may cross any wire of the store.
 */
export type StoreEvent =
  /** A grant ended, and every token of it. */
  | { readonly kind: "grant_revoked"; readonly grantId: string }
  /** One access token ended before its time, its grant goes on; the SHA-256 that it is stored under. */
  | { readonly kind: "token_revoked"; readonly tokenHash: string }
  /** The record of a connection was written or removed: tokens, status, locations. */
  | { readonly kind: "connection_changed"; readonly connectionId: string }
  /** A connection came to reach other locations than before. */
  | { readonly kind: "lists_changed"; readonly connectionId: string }
  /** Records of one kind changed in a location. */
  | {
      readonly kind: "resource_changed";
      readonly connectionId: string;
      readonly locationId: string;
      readonly resource: string;
    }
  /** A client cancelled a call; the hash of its grant, session and request id. */
  | { readonly kind: "call_cancelled"; readonly callHash: string };

/** What a listener hears. */
export type HeardEvent =
  | StoreEvent
  /** Events may have been missed: whoever remembers something of the store must forget it now. */
  | { readonly kind: "missed" };

/** Carries events between all processes on one store. */
export interface EventChannel {
  /**
   * Tells every listener of this process before it returns, and those of other processes soon after.
   * Returns at once and never throws: a failure is logged, and the others hear `missed` when the channel
   * is up again. To be called after the write that it tells of.
   */
  publish(event: StoreEvent): void;
  /**
   * Hears the events of this process and of the others, each once. Listeners are called at once and must
   * not throw. `missed` comes when the channel goes down and again when it is back. Gives a function that
   * ends it; calling that twice is fine.
   */
  subscribe(listener: (event: HeardEvent) => void): () => void;
  /** Whether other processes may work on the same store. */
  readonly isShared: boolean;
  /**
   * Whether events of other processes arrive now. While false, nothing may be answered from memory that
   * such an event would drop. Always true where no other process can be.
   */
  isUp(): boolean;
  /** Sends what is under way, then ends. */
  close(): Promise<void>;
}

/** A channel within this process. */
export const createLocalEvents = (): EventChannel => {
  const listeners = new Set<(event: HeardEvent) => void>();
  return {
    publish: (event) => {
      for (const listener of listeners) listener(event);
    },
    subscribe: (listener) => {
      // A wrapper of its own, so that a listener that subscribes twice is two.
      const own = (event: HeardEvent): void => listener(event);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    isShared: false,
    isUp: () => true,
    close: async () => listeners.clear(),
  };
};
