import { setImmediate } from "node:timers/promises";
import type { Connection } from "../../core/connection.ts";
import { mapPaced } from "../../core/pace.ts";
import { findMissingScopes } from "../../core/scope-words.ts";
import type { AuthorizationServer, GrantView } from "../../oauth/authorization-server.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import {
  type ConnectionRow,
  renderConnectionsPage,
  renderConnectionsSignedOut,
} from "../../web/connections-page.ts";
import { toLocationPage } from "../../web/location-list.ts";
import { type Account, readAccounts } from "../accounts.ts";
import { findConnectionNotice, findSignedOutNotice } from "../connection-notices.ts";
import type { People, SignedInPerson } from "../person-session.ts";
import { pageResponse } from "../responses.ts";
import type { RouteHandler } from "../route.ts";

/** What the connections page works with. */
export interface ConnectionsRouteDeps {
  readonly authorization: AuthorizationServer;
  readonly upstream: Upstream;
  readonly people: People;
  readonly sandbox: boolean;
  /** The scopes that sign-ins ask for. */
  readonly requestedScopes: readonly string[];
}

/** `/connections`: the accounts that the person of this browser signed in to, and how they are. */
export const createConnectionsRoute =
  (deps: ConnectionsRouteDeps): RouteHandler =>
  async (request) => {
    const { sandbox } = deps;
    const name = request.query.get("notice");
    const person = await deps.people.find(request.cookies);
    if (person === undefined) {
      const notice = findSignedOutNotice(name);
      return pageResponse(200, renderConnectionsSignedOut({ sandbox, notice }));
    }
    const accounts = await readAccounts(deps.upstream, person.connectionIds);
    const rows = await mapPaced(accounts, AT_ONCE, (account) =>
      toRow(deps, { account, person, query: request.query }),
    );
    const page = await renderConnectionsPage({
      sandbox,
      notice: findConnectionNotice(name),
      csrfToken: person.csrfToken,
      connections: rows.filter((row) => row !== undefined),
    });
    // Hundreds of accounts make megabytes, which are encoded in one piece, in a turn for itself.
    await setImmediate();
    return pageResponse(200, page);
  };

/** Rows that are read from the store at once. */
const AT_ONCE = 16;

const toRow = async (
  { authorization, requestedScopes, upstream }: ConnectionsRouteDeps,
  shown: {
    readonly account: Account;
    readonly person: SignedInPerson;
    readonly query: URLSearchParams;
  },
): Promise<ConnectionRow | undefined> => {
  const { account, person, query } = shown;
  const { id } = account.connection;
  // Read again: asking for the names may have shown that the sign-in is dead.
  const connection = await upstream.findConnection(id);
  if (connection === undefined) return undefined;
  const grants = await authorization.listGrants(id);
  const mine = grants.filter((grant) => grant.subject === person.subject);
  const names = account.locations.map((location) => location.name);
  return {
    id,
    name: toName(connection, account),
    ...toFacts(connection),
    isSilent: connection.status === "active" && names.length === 0,
    scopes: connection.scopes,
    missingScopes: findMissingScopes(requestedScopes, connection),
    clients: [...new Set(mine.map(toClientName))],
    grantsOfOthers: grants.length - mine.length,
    ...(connection.kind === "company" && names.length > 0
      ? { locations: toLocationPage(names, toWantedPage(query, id)) }
      : {}),
  };
};

const toFacts = (connection: Connection) => {
  const { kind, status, statusReason, connectedAt, lastRefreshAt, tokenExpiresAt } = connection;
  const accountId = connection.locationId ?? connection.companyId;
  return {
    kind,
    status,
    connectedAt,
    ...(accountId === undefined ? {} : { accountId }),
    ...(statusReason === undefined ? {} : { reason: statusReason }),
    ...(lastRefreshAt === undefined ? {} : { lastRefreshAt }),
    ...(tokenExpiresAt === undefined ? {} : { tokenExpiresAt }),
  };
};

/** The id of a location is no name: it stands among the facts already. */
const toName = ({ kind, locationId }: Connection, { name }: Account): string => {
  if (kind === "company") return name.replace(/^your/u, "Your");
  return name === locationId ? "A location" : name;
};

const toClientName = ({ clientHost, clientName }: GrantView): string =>
  clientHost ?? clientName ?? "a client without a name";

/** The page of this connection's locations that the address asks for. */
const toWantedPage = (query: URLSearchParams, id: string): number | undefined => {
  const page = query.get("page") ?? "";
  return query.get("of") === id && /^\d{1,4}$/u.test(page) ? Number(page) : undefined;
};
