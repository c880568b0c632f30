import type { LocationSummary } from "../core/connection.ts";
import type { LocationId } from "../core/ids.ts";
import type { Principal } from "../core/principal.ts";
import { type Result, fail, ok } from "../core/result.ts";
import type { GhlFailure } from "../ghl/errors.ts";
import { findPinnedLocation, withinGrant } from "./pin-location.ts";
import type { ConnectionDirectory } from "./ports.ts";

interface PlaceDeps {
  readonly connections: ConnectionDirectory;
}

/** The one location of a principal; undefined where it has several, or none. */
export const findPlace = async (
  principal: Principal,
  { connections }: PlaceDeps,
): Promise<LocationId | undefined> => {
  // The connection only matters where the grant does not say which locations it reaches.
  const connection =
    principal.locations === "all"
      ? await connections.findConnection(principal.connectionId)
      : undefined;
  return findPinnedLocation(principal, connection);
};

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
