import type { AuditTrail } from "../../core/audit.ts";
import { toEpochSeconds } from "../../core/clock.ts";
import type { AuthorizationServer, GrantView } from "../../oauth/authorization-server.ts";
import { toGiver } from "../../oauth/grants.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import {
  type ActivityFields,
  type ActivityRow,
  renderActivityPage,
  renderActivitySignedOut,
} from "../../web/activity-page.ts";
import { describeActor, describeOutcome, EVENT_TITLES } from "../../web/activity-words.ts";
import type { Choice } from "../../web/fragments.ts";
import { type Account, readAccounts } from "../accounts.ts";
import { readEventFilter } from "../event-filter.ts";
import { type EventPage, readOwnEvents } from "../own-events.ts";
import type { People } from "../person-session.ts";
import { pageResponse } from "../responses.ts";
import type { RouteHandler } from "../route.ts";

/** What the activity page works with. */
export interface ActivityRouteDeps {
  readonly audit: Pick<AuditTrail, "list">;
  readonly authorization: Pick<AuthorizationServer, "listGrantsOfPerson">;
  readonly upstream: Upstream;
  readonly people: People;
  readonly sandbox: boolean;
}

/** `/activity`: what happened to the connections and grants of the person of this browser. */
export const createActivityRoute =
  (deps: ActivityRouteDeps): RouteHandler =>
  async ({ cookies, query }) => {
    const { sandbox } = deps;
    const person = await deps.people.find(cookies);
    if (person === undefined) return pageResponse(200, renderActivitySignedOut({ sandbox }));
    const grants = await deps.authorization.listGrantsOfPerson(person.subject);
    const connectionIds = new Set([
      ...person.connectionIds,
      ...grants.map(({ connectionId }) => connectionId),
    ]);
    const [accounts, page] = await Promise.all([
      readAccounts(deps.upstream, [...connectionIds]),
      readOwnEvents(
        deps.audit,
        { connectionIds, giver: toGiver(person.subject) },
        readEventFilter(query),
      ),
    ]);
    const fields = toFields(query);
    return pageResponse(
      200,
      renderActivityPage({
        sandbox,
        fields,
        rows: page.events.map((stored) => toRow(stored, { accounts, grants })),
        clients: toClientChoices(page, grants),
        connections: accounts.map(({ connection, name }) => ({
          value: connection.id,
          label: name,
        })),
        ...(query.has("before") && { newest: toAddress(fields) }),
        ...(page.next !== undefined && { older: toAddress(fields, page.next) }),
      }),
    );
  };

const FIELDS = ["kind", "client", "connection", "from", "to"] as const;

const toFields = (query: URLSearchParams): ActivityFields => {
  const text = (name: (typeof FIELDS)[number]): string => query.get(name) ?? "";
  return {
    kind: text("kind"),
    client: text("client"),
    connection: text("connection"),
    from: text("from"),
    to: text("to"),
  };
};

const toAddress = (fields: ActivityFields, before?: string): string => {
  const query = new URLSearchParams();
  for (const name of FIELDS) if (fields[name] !== "") query.set(name, fields[name]);
  if (before !== undefined) query.set("before", before);
  return query.size === 0 ? "/activity" : `/activity?${query.toString()}`;
};

interface Names {
  readonly accounts: readonly Account[];
  readonly grants: readonly GrantView[];
}

const toRow = (
  { atMs, event }: EventPage["events"][number],
  { accounts, grants }: Names,
): ActivityRow => {
  const account = accounts.find(({ connection }) => connection.id === event.connectionId);
  const locationId = "locationId" in event ? event.locationId : undefined;
  const location = account?.locations.find(({ id }) => id === locationId)?.name ?? locationId;
  const outcome = describeOutcome(event);
  return {
    at: toEpochSeconds(atMs / 1000),
    title: EVENT_TITLES[event.kind],
    actor: describeActor(event),
    ...(outcome !== undefined && { outcome }),
    ...("clientId" in event && { client: toClientName(event.clientId, grants) }),
    account: account?.name ?? "an account that is no longer connected",
    ...(location !== undefined && location !== account?.name && { location }),
  };
};

/** By host or name while it has access; the id of a metadata document tells its host afterwards too. */
const toClientName = (clientId: string, grants: readonly GrantView[]): string => {
  const known = grants.find((grant) => grant.clientId === clientId);
  const name = known?.clientHost ?? known?.clientName;
  if (name !== undefined) return name;
  if (URL.canParse(clientId)) return new URL(clientId).host;
  return clientId.length <= MOST_ID_LENGTH
    ? clientId
    : `a client without access now (${clientId.slice(-6)})`;
};

/** Ids that operators chose are words. Those of registration are long and say nothing but which is which. */
const MOST_ID_LENGTH = 24;

const toClientChoices = (page: EventPage, grants: readonly GrantView[]): readonly Choice[] => {
  const seen = page.events.flatMap(({ event }) => ("clientId" in event ? [event.clientId] : []));
  const ids = new Set<string>([...grants.map(({ clientId }) => clientId), ...seen]);
  return [...ids].map((value) => ({ value, label: toClientName(value, grants) }));
};
