import type { ConnectionId, LocationId } from "../core/ids.ts";
import type { UsageRow } from "../core/usage.ts";
import type { GrantView } from "../oauth/authorization-server.ts";

/** Which locations of a connection a person may see the usage of. */
export type UsageReach = ReadonlySet<LocationId> | "all";

/**
 * Whose usage a person sees: all of the connections that they signed in to, and of others what the
 * grants reach that they gave themselves and that still live. Everything else stays out.
 */
export const readUsageReach = (
  signedIn: readonly ConnectionId[],
  grants: readonly Pick<GrantView, "connectionId" | "locations">[],
): ReadonlyMap<ConnectionId, UsageReach> => {
  const reach = new Map<ConnectionId, UsageReach>(signedIn.map((id) => [id, "all"]));
  for (const { connectionId, locations } of grants) {
    const known = reach.get(connectionId);
    if (known === "all") continue;
    reach.set(
      connectionId,
      locations === "all" ? "all" : new Set([...(known ?? []), ...locations]),
    );
  }
  return reach;
};

/** Whether a row lies within the reach; calls of an agency as a whole are of whoever reaches all of it. */
export const isWithinReach = (
  { locationId }: Pick<UsageRow, "locationId">,
  reach: UsageReach,
): boolean => reach === "all" || (locationId !== undefined && reach.has(locationId));
