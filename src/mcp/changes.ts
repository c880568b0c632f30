import type { ServerEvent, ServerEventBus } from "@modelcontextprotocol/server";
import type { ChangeFeed, HeardChange } from "../core/changes.ts";
import type { Principal } from "../core/principal.ts";
import type { GhlClient } from "../ghl/call.ts";
import { findChangedKind, kindsWithin } from "./resources/resource-kind.ts";
import { toLocationUri } from "./resources/resource-uri.ts";

/** The changes that one principal may learn of, as the SDK's streams take them. */
export const toEventBus = (feed: ChangeFeed, principal: Principal): ServerEventBus => ({
  publish: () => {
    throw new Error("changes are published to the feed");
  },
  subscribe: (listener) =>
    feed.subscribe((change) => {
      const event = toEvent(change, principal);
      if (event !== undefined) listener(event);
    }),
});

/** What a change means to a principal; undefined for what its grant does not reach. Pure. @internal */
export const toEvent = (change: HeardChange, principal: Principal): ServerEvent | undefined => {
  // A client that reads its list again finds what it missed.
  if (change.kind === "missed") return { kind: "resources_list_changed" };
  if (change.connectionId !== principal.connectionId) return undefined;
  switch (change.kind) {
    case "locations":
      // A grant that names its locations keeps them.
      return principal.locations === "all" ? { kind: "resources_list_changed" } : undefined;
    case "resource": {
      const { locationId, resource } = change;
      const isReached = principal.locations === "all" || principal.locations.includes(locationId);
      const kind = kindsWithin(principal.areas).find(({ name }) => name === resource);
      return isReached && kind !== undefined
        ? { kind: "resource_updated", uri: toLocationUri(locationId, kind) }
        : undefined;
    }
  }
};

/** The same client, which tells the feed of calls that changed what a resource shows. */
export const announceChanges = <Client extends Pick<GhlClient, "call">>(
  ghl: Client,
  feed: ChangeFeed,
): Client => ({
  ...ghl,
  call: (call) => {
    const { connectionId, locationId, operation } = call;
    const kind = locationId === undefined ? undefined : findChangedKind(operation);
    if (kind === undefined || locationId === undefined) return ghl.call(call);
    return ghl.call(call).then((answer) => {
      if (answer.ok) {
        feed.publish({ kind: "resource", connectionId, locationId, resource: kind.name });
      }
      return answer;
    });
  },
});
