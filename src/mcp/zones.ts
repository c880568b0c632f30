import type { Clock } from "../core/clock.ts";
import { type LocationId, toOperationId } from "../core/ids.ts";
import type { Principal } from "../core/principal.ts";
import type { Soon } from "../core/soon.ts";
import type { GhlClient } from "../ghl/call.ts";
import type { ConnectionDirectory } from "./ports.ts";
import { isRecord, toText } from "./record.ts";

/** Knows the time zones of locations. */
export interface Zones {
  /** The zone where it is known by now. */
  peek(location: LocationId, principal: Principal): string | undefined;
  /** The IANA zone of a location of the principal; undefined where nobody says. Never fails. */
  find(location: LocationId, principal: Principal, signal: AbortSignal): Soon<string | undefined>;
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

  const ask: Ask = async (locationId, { connectionId, grantId }, signal) => {
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

  const learn: Ask = async (location, principal, signal) => {
    const zone = await ask(location, principal, signal);
    if (signal.aborted) return zone;
    if (kept.size >= MAX_KEPT) kept.clear();
    kept.set(toKey(location, principal), {
      zone,
      untilMs: clock.nowMs() + (zone === undefined ? UNKNOWN_MS : KNOWN_MS),
    });
    return zone;
  };

  const peek = (location: LocationId, principal: Principal): Kept | undefined => {
    const found = kept.get(toKey(location, principal));
    return found !== undefined && found.untilMs > clock.nowMs() ? found : undefined;
  };

  return {
    peek: (location, principal) => peek(location, principal)?.zone,
    find: (location, principal, signal) => {
      const found = peek(location, principal);
      return found === undefined ? learn(location, principal, signal) : found.zone;
    },
  };
}

type Ask = (...of: Parameters<Zones["find"]>) => Promise<string | undefined>;

const toKey = (location: LocationId, { connectionId }: Principal): string =>
  `${connectionId}|${location}`;

const GET_LOCATION = toOperationId("locations.get-location");
