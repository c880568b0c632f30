import type { LocationSummary } from "../core/connection.ts";
import type { LocationId } from "../core/ids.ts";
import type { Principal } from "../core/principal.ts";
import { type Result, fail, ok } from "../core/result.ts";
import { type Soon, whenThere } from "../core/soon.ts";
import type { GhlFailure } from "../ghl/errors.ts";
import { findPinnedLocation, withinGrant } from "./pin-location.ts";
import type { ConnectionDirectory } from "./ports.ts";

interface PlaceDeps {
  readonly connections: ConnectionDirectory;
}

/** The one location of a principal; undefined where it has several, or none. */
export const findPlace = (
  principal: Principal,
  { connections }: PlaceDeps,
): Soon<LocationId | undefined> =>
  // The connection only matters where the grant does not say which locations it reaches.
  principal.locations === "all"
    ? whenThere(connections.findConnection(principal.connectionId), (connection) =>
        findPinnedLocation(principal, connection),
      )
    : findPinnedLocation(principal, undefined);

/** The locations of a grant, by name. */
export const listPlaces = async (
  principal: Principal,
  { connections }: PlaceDeps,
  signal: AbortSignal,
): Promise<Result<readonly LocationSummary[], GhlFailure>> => {
  const listed = await connections.listLocations(principal.connectionId, signal);
  return listed.ok
    ? ok(withinGrant(principal, listed.value))
    : fail({ kind: "token", failure: listed.failure });
};
