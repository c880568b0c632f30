import type { ConnectionId, LocationId } from "./ids.ts";

/** Something that clients may have read changed. */
export type Change =
  /** A connection came to reach other locations than before. */
  | { readonly kind: "locations"; readonly connectionId: ConnectionId }
  /** Records of one kind changed in a location; `resource` is the kind's name in resource addresses. */
  | {
      readonly kind: "resource";
      readonly connectionId: ConnectionId;
      readonly locationId: LocationId;
      readonly resource: string;
    };

/** Carries changes from those who make them to those who listen. */
export interface ChangeFeed {
  publish(change: Change): void;
  /** Gives a function that ends it; calling that twice is fine. */
  subscribe(listener: (change: Change) => void): () => void;
}

/** A feed within this process. Listeners are called at once, and must not throw. */
export const createChangeFeed = (): ChangeFeed => {
  const listeners = new Set<(change: Change) => void>();
  return {
    publish: (change) => {
      for (const listener of listeners) listener(change);
    },
    subscribe: (listener) => {
      // A wrapper of its own, so that a listener that subscribes twice is two.
      const own = (change: Change): void => listener(change);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
  };
};
