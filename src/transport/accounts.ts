import type { Connection, LocationSummary } from "../core/connection.ts";
import type { ConnectionId } from "../core/ids.ts";
import { mapPaced } from "../core/pace.ts";
import type { Authorized } from "../oauth/authorization-server.ts";
import type { Upstream } from "../upstream/upstream.ts";

/** A connection as a person knows it: by name. */
export interface Account {
  readonly connection: Connection;
  readonly name: string;
  /** What the name leaves open, such as the locations of an agency. */
  readonly detail?: string;
  readonly locations: readonly LocationSummary[];
  /** Whether a client could work with it right now. */
  readonly isUsable: boolean;
}

/** Names are a courtesy: a GoHighLevel that is slow to tell them does not hold a page up. */
const NAMES_TIMEOUT_MS = 3000;
/** Enough for hundreds of names in that time, and few enough for a turn of the event loop. */
const AT_ONCE = 24;

/** The accounts behind connections, in the same order; those that are gone are left out. */
export const readAccounts = async (
  upstream: Pick<Upstream, "findConnection" | "listLocations">,
  ids: readonly ConnectionId[],
): Promise<readonly Account[]> => {
  const signal = AbortSignal.timeout(NAMES_TIMEOUT_MS);
  const accounts = await mapPaced(ids, AT_ONCE, async (id): Promise<Account | undefined> => {
    const connection = await upstream.findConnection(id);
    if (connection === undefined) return undefined;
    if (connection.status !== "active") return toAccount(connection, [], false);
    const listed = await upstream.listLocations(id, signal);
    if (listed.ok) return toAccount(connection, listed.value, true);
    // A GoHighLevel that does not answer now says nothing about the connection.
    return toAccount(connection, [], listed.failure.kind === "upstream_unavailable");
  });
  return accounts.filter((account) => account !== undefined);
};

/** Who a grant is for: a location connection reaches its location, an agency's all that it approved. */
export const toAuthorized = (connection: Connection, subject: string): Authorized => ({
  subject,
  connectionId: connection.id,
  locations:
    connection.kind === "company" || connection.locationId === undefined
      ? "all"
      : [connection.locationId],
});

/** The person of a finished sign-in: the user where GoHighLevel names one, else the connection. */
export const toSubject = (connection: Connection): string => connection.userId ?? connection.id;

const MOST_NAMES = 3;

const toAccount = (
  connection: Connection,
  locations: readonly LocationSummary[],
  isUsable: boolean,
): Account => {
  if (connection.kind !== "company") {
    const name = locations[0]?.name ?? connection.locationId ?? connection.id;
    const detail = connection.kind === "private" ? "by a private integration token" : undefined;
    return {
      connection,
      name,
      ...(detail === undefined ? {} : { detail }),
      locations,
      isUsable,
    };
  }
  const { length } = locations;
  const size = length === 0 ? "" : ` (${length} ${length === 1 ? "location" : "locations"})`;
  const names = locations.slice(0, MOST_NAMES).map((location) => location.name);
  const more = length > MOST_NAMES ? ` and ${length - MOST_NAMES} more` : "";
  const detail = length === 0 ? connection.companyId : `${names.join(", ")}${more}`;
  return {
    connection,
    name: `your agency${size}`,
    ...(detail === undefined ? {} : { detail }),
    locations,
    isUsable,
  };
};
