import type { Clock } from "../core/clock.ts";
import { type LocationId, toOperationId } from "../core/ids.ts";
import type { Principal } from "../core/principal.ts";
import type { GhlClient } from "../ghl/call.ts";
import type { ConnectionDirectory } from "./ports.ts";
import { isRecord, toText } from "./record.ts";

/** Knows the time zones of locations. */
export interface Zones {
  /** The IANA zone of a location of the principal; undefined where nobody says. Never fails. */
  find(
    location: LocationId,
    principal: Principal,
    signal: AbortSignal,
  ): Promise<string | undefined>;
}

/** Zones hardly ever change; one that could not be learnt is asked for again sooner. */
const KNOWN_MS = 60 * 60_000;
const UNKNOWN_MS = 5 * 60_000;
const MAX_KEPT = 5000;

interface Kept {
  readonly zone: string | undefined;
  readonly untilMs: number;
}

/**
 * Makes the finder of this process. The directory knows the zone of a location that connected by itself;
 * for one of an agency the location is asked once an hour.
 */
export function createZones({
  ghl,
  connections,
  clock,
}: {
  readonly ghl: Pick<GhlClient, "call">;
  readonly connections: ConnectionDirectory;
  readonly clock: Clock;
}): Zones {
  // By connection and location: what one connection may read is not told to another.
  const kept = new Map<string, Kept>();

  const ask: Zones["find"] = async (locationId, { connectionId, grantId }, signal) => {
    const listed = await connections.listLocations(connectionId, signal);
    const known = listed.ok
      ? listed.value.find(({ id }) => id === locationId)?.timezone
      : undefined;
    if (known !== undefined) return known;
    const answer = await ghl.call({
      operation: GET_LOCATION,
      connectionId,
      locationId,
      fairnessKey: grantId,
      signal,
    });
    const body = answer.ok && isRecord(answer.value.body) ? answer.value.body : {};
    return isRecord(body["location"]) ? toText(body["location"]["timezone"]) : undefined;
  };

  return {
    find: async (location, principal, signal) => {
      const key = `${principal.connectionId}|${location}`;
      const found = kept.get(key);
      if (found !== undefined && found.untilMs > clock.nowMs()) return found.zone;
      const zone = await ask(location, principal, signal);
      if (signal.aborted) return zone;
      if (kept.size >= MAX_KEPT) kept.clear();
      kept.set(key, {
        zone,
        untilMs: clock.nowMs() + (zone === undefined ? UNKNOWN_MS : KNOWN_MS),
      });
      return zone;
    },
  };
}

const GET_LOCATION = toOperationId("locations.get-location");
