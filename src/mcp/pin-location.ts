import type { Connection, LocationSummary } from "../core/connection.ts";
import type { LocationId } from "../core/ids.ts";
import type { Principal } from "../core/principal.ts";
import { type Result, fail, ok } from "../core/result.ts";
import type { GhlFailure } from "../ghl/errors.ts";
import type { LocationFailure } from "./failure.ts";
import type { ConnectionDirectory } from "./ports.ts";

/**
 * The one location that a principal can work in, or undefined when there are several to choose from.
 * With one, tools have no `location` argument at all, so that no other can be named.
 */
export function findPinnedLocation(
  principal: Principal,
  connection: Connection | undefined,
): LocationId | undefined {
  if (principal.locations !== "all") {
    return principal.locations.length === 1 ? principal.locations[0] : undefined;
  }
  return connection?.kind === "company" ? undefined : connection?.locationId;
}

/** The locations of a connection that a principal may use, in the directory's order. */
export function withinGrant(
  principal: Principal,
  locations: readonly LocationSummary[],
): readonly LocationSummary[] {
  const { locations: granted } = principal;
  return granted === "all" ? locations : locations.filter(({ id }) => granted.includes(id));
}

/** Where {@link chooseLocation} looks names up. */
export interface LocationLookup {
  readonly connections: ConnectionDirectory;
  readonly signal: AbortSignal;
}

/**
 * Settles which location a call means, by id or by exact name (letter case aside). Whatever looks like
 * an id and is not in a grant that lists its locations is refused without asking anyone.
 */
export async function chooseLocation(
  given: string,
  principal: Principal,
  { connections, signal }: LocationLookup,
): Promise<Result<LocationId, LocationFailure | GhlFailure>> {
  const wanted = given.trim();
  if (principal.locations !== "all") {
    const granted = principal.locations.find((id) => id === wanted);
    if (granted !== undefined) return ok(granted);
    if (looksLikeId(wanted)) return fail({ kind: "location_not_in_grant", given });
  }
  const listed = await connections.listLocations(principal.connectionId, signal);
  if (!listed.ok) return fail({ kind: "token", failure: listed.failure });
  return matchLocation(wanted, withinGrant(principal, listed.value));
}

/**
 * Settles the locations that a call goes over, by id or name, or all of the grant where `all` is among
 * them; each once, in the directory's order. One that is foreign or unclear fails the whole call.
 */
export async function chooseLocations(
  given: readonly string[],
  principal: Principal,
  lookup: LocationLookup,
): Promise<Result<readonly LocationSummary[], LocationFailure | GhlFailure>> {
  const { connections, signal } = lookup;
  const listed = await connections.listLocations(principal.connectionId, signal);
  if (!listed.ok) return fail({ kind: "token", failure: listed.failure });
  const reachable = withinGrant(principal, listed.value);
  if (given.some((one) => one.trim().toLowerCase() === "all")) return ok(reachable);
  const chosen = new Set<LocationId>();
  for (const one of given) {
    const matched = matchLocation(one.trim(), reachable);
    if (!matched.ok) return matched;
    chosen.add(matched.value);
  }
  return ok(reachable.filter(({ id }) => chosen.has(id)));
}

/** Finds a location by id or name among those of the grant. Pure. */
function matchLocation(
  wanted: string,
  locations: readonly LocationSummary[],
): Result<LocationId, LocationFailure> {
  const byId = locations.find(({ id }) => id === wanted);
  if (byId !== undefined) return ok(byId.id);
  const key = toNameKey(wanted);
  const byName = locations.filter(({ name }) => toNameKey(name) === key);
  if (byName.length === 1 && byName[0] !== undefined) return ok(byName[0].id);
  if (byName.length === 0 && looksLikeId(wanted)) {
    return fail({ kind: "location_not_in_grant", given: wanted });
  }
  return fail({
    kind: "location_unclear",
    given: wanted,
    ambiguous: byName.length > 1,
    candidates: (byName.length > 0 ? byName : closest(key, locations)).slice(0, 5),
  });
}

/** Those that share a word with what was asked for come first. */
function closest(key: string, locations: readonly LocationSummary[]): readonly LocationSummary[] {
  const words = key.split(" ");
  const score = ({ name }: LocationSummary): number =>
    words.filter((word) => toNameKey(name).includes(word)).length;
  return locations.toSorted((left, right) => score(right) - score(left));
}

function toNameKey(name: string): string {
  return name.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();
}

/** GoHighLevel's ids are 20 to 24 letters and digits; no sensible name is one such word. */
function looksLikeId(value: string): boolean {
  return /^[A-Za-z0-9]{20,24}$/.test(value);
}
