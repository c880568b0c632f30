import { createLocalEvents, type EventChannel, type HeardEvent } from "./events.ts";
import { type ConnectionId, type LocationId, toConnectionId, toLocationId } from "./ids.ts";

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

/** What a listener hears. */
export type HeardChange =
  | Change
  /** Changes of any kind and connection may have been missed. */
  | { readonly kind: "missed" };

/** Carries changes from those who make them to those who listen. */
export interface ChangeFeed {
  publish(change: Change): void;
  /** Gives a function that ends it; calling that twice is fine. */
  subscribe(listener: (change: HeardChange) => void): () => void;
}

/**
 * The feed of all processes on a store; without a channel, of this one. Listeners are called at once, and
 * must not throw.
 */
export const createChangeFeed = (
  events: Pick<EventChannel, "publish" | "subscribe"> = createLocalEvents(),
): ChangeFeed => ({
  publish: (change) => {
    events.publish(
      change.kind === "locations"
        ? { kind: "lists_changed", connectionId: change.connectionId }
        : { ...change, kind: "resource_changed" },
    );
  },
  subscribe: (listener) =>
    events.subscribe((event) => {
      const change = toChange(event);
      if (change !== undefined) listener(change);
    }),
});

const toChange = (event: HeardEvent): HeardChange | undefined => {
  if (event.kind === "missed") return event;
  if (event.kind === "lists_changed") {
    return { kind: "locations", connectionId: toConnectionId(event.connectionId) };
  }
  if (event.kind !== "resource_changed") return undefined;
  const { connectionId, locationId, resource } = event;
  return {
    kind: "resource",
    connectionId: toConnectionId(connectionId),
    locationId: toLocationId(locationId),
    resource,
  };
};
