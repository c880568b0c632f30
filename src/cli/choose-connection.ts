import type { Connection } from "../core/connection.ts";
import type { ConnectionId, LocationId } from "../core/ids.ts";
import { toLocationId } from "../core/ids.ts";
import type { Result } from "../core/result.ts";
import { fail, ok } from "../core/result.ts";
import { howToConnect, type WaysToConnect } from "./how-to-connect.ts";

/** What the person said about the connection to use. */
export interface ConnectionWish {
  readonly connectionId?: string;
  readonly locationId?: string;
}

/** The connection that a local process works with, and how far it reaches in it. */
export interface ChosenConnection {
  readonly connectionId: ConnectionId;
  readonly subject: string;
  readonly locations: readonly LocationId[] | "all";
}

/** Why none was chosen; `choices` are the connections that could be named. */
export type NoConnection =
  | { readonly kind: "none" }
  | { readonly kind: "unknown"; readonly wish: string; readonly choices: readonly Connection[] }
  | { readonly kind: "ambiguous"; readonly choices: readonly Connection[] }
  | { readonly kind: "not_usable"; readonly connection: Connection };

/** Chooses one of the stored connections: the wanted one, or the only active one. */
export const chooseConnection = (
  connections: readonly Connection[],
  wish: ConnectionWish,
): Result<ChosenConnection, NoConnection> => {
  const { connectionId, locationId } = wish;
  if (connections.length === 0) return fail({ kind: "none" });
  const byId =
    connectionId === undefined ? connections : connections.filter((one) => one.id === connectionId);
  const wanted = locationId === undefined ? byId : reaching(byId, locationId);
  const active = wanted.filter((one) => one.status === "active");
  const [only, ...others] = active;
  if (only === undefined) {
    const [broken] = wanted;
    if (broken !== undefined) return fail({ kind: "not_usable", connection: broken });
    return fail({ kind: "unknown", wish: connectionId ?? locationId ?? "", choices: connections });
  }
  if (others.length > 0) return fail({ kind: "ambiguous", choices: active });
  const pinned = locationId !== undefined && only.locationId === undefined;
  return ok({
    connectionId: only.id,
    subject: only.userId ?? only.id,
    locations: pinned ? [toLocationId(locationId)] : "all",
  });
};

/** The text for a person who has to do something first. */
export const explainNoConnection = (failure: NoConnection, ways: WaysToConnect): string => {
  switch (failure.kind) {
    case "none":
      return `no GoHighLevel connection yet; ${howToConnect(ways)}`;
    case "unknown":
      return [
        `no stored connection matches "${failure.wish}"; choose one with --connection, or ${howToConnect(ways)}`,
        ...failure.choices.map(describe),
      ].join("\n");
    case "ambiguous":
      return [
        "several connections are stored; choose one with --connection <id> or GHL_LOCATION_ID:",
        ...failure.choices.map(describe),
      ].join("\n");
    case "not_usable":
      return explainUnusable(failure.connection, ways);
  }
};

const explainUnusable = ({ id, kind, status }: Connection, ways: WaysToConnect): string => {
  if (status === "suspended") {
    return `connection ${id} is suspended: GoHighLevel has paused the location; it works again once the location is active`;
  }
  return kind === "private"
    ? `GoHighLevel no longer accepts the private integration token of connection ${id}; make a new one in the location, and enter it in the browser, with: ghl-mcp serve`
    : `connection ${id} needs a new sign-in; ${howToConnect(ways)}`;
};

/** Connections of the location itself; else the company connections, which may reach it. */
const reaching = (
  connections: readonly Connection[],
  locationId: string,
): readonly Connection[] => {
  const own = connections.filter((one) => one.locationId === locationId);
  return own.length > 0 ? own : connections.filter((one) => one.kind === "company");
};

const describe = (connection: Connection): string => {
  const of = connection.locationId ?? connection.companyId ?? "";
  return `  ${connection.id}  ${connection.kind} ${of}  ${connection.status}`.trimEnd();
};
