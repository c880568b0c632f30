import type { AuditEvent, AuditListOptions, AuditTrail, StoredAuditEvent } from "../core/audit.ts";
import type { ConnectionId } from "../core/ids.ts";
import { createPace } from "../core/pace.ts";

/** Whose events may be shown. */
export interface EventOwner {
  /** The connections that the person signed in to, or gave a grant on. */
  readonly connectionIds: ReadonlySet<ConnectionId>;
  /** The person as the audit trail knows the giver of a grant. */
  readonly giver: string;
}

/** An event that belongs to a connection. */
export type OwnEvent = Extract<AuditEvent, { readonly connectionId: ConnectionId }>;

/** Which of the own events are wanted. */
export interface EventFilter {
  readonly kind?: OwnEvent["kind"];
  readonly clientId?: string;
  readonly connectionId?: string;
  readonly sinceMs?: number;
  readonly untilMs?: number;
  /** Only events older than the one of this id. */
  readonly before?: string;
}

/**
 * Whether an event is this person's: what happened to a connection of theirs, and the grants that they
 * gave themselves. Grants that others gave on the same connection are not, and neither is what happened
 * before anyone was signed in. Fails closed for grants whose giver was not recorded.
 */
const isOwnEvent = (event: AuditEvent, owner: EventOwner): event is OwnEvent => {
  if (!("connectionId" in event)) return false;
  return "grantId" in event
    ? event.giver === owner.giver
    : owner.connectionIds.has(event.connectionId);
};

const matches = (event: OwnEvent, { clientId, connectionId, kind }: EventFilter): boolean =>
  (kind === undefined || event.kind === kind) &&
  (connectionId === undefined || event.connectionId === connectionId) &&
  (clientId === undefined || ("clientId" in event && event.clientId === clientId));

/** One page of a person's events. */
export interface EventPage {
  readonly events: readonly (StoredAuditEvent & { readonly event: OwnEvent })[];
  /** Where older events go on; absent at the end of the trail. */
  readonly next?: string;
}

const PAGE_EVENTS = 25;
const BATCH_EVENTS = 100;
/** The trail is everyone's: one request looks at so many events, and the next one goes on. */
const MOST_LOOKED_AT = 1000;

/** Reads the newest own events that match, a page of them. */
export const readOwnEvents = async (
  audit: Pick<AuditTrail, "list">,
  owner: EventOwner,
  filter: EventFilter,
): Promise<EventPage> => {
  const found: EventPage["events"][number][] = [];
  const pace = createPace();
  let before = filter.before;
  for (let looked = 0; looked < MOST_LOOKED_AT; looked += BATCH_EVENTS) {
    const batch = await audit.list(toListOptions(filter, before));
    for (const { event, ...stored } of batch) {
      if (isOwnEvent(event, owner) && matches(event, filter)) found.push({ ...stored, event });
    }
    if (found.length > PAGE_EVENTS) return toFullPage(found.slice(0, PAGE_EVENTS));
    if (batch.length < BATCH_EVENTS) return { events: found };
    before = batch.at(-1)?.id;
    await pace();
  }
  return { events: found, ...(before !== undefined && { next: before }) };
};

const toListOptions = (
  { sinceMs, untilMs }: EventFilter,
  before: string | undefined,
): AuditListOptions => ({
  limit: BATCH_EVENTS,
  ...(sinceMs !== undefined && { sinceMs }),
  ...(untilMs !== undefined && { untilMs }),
  ...(before !== undefined && { before }),
});

const toFullPage = (events: EventPage["events"]): EventPage => {
  const next = events.at(-1)?.id;
  return { events, ...(next !== undefined && { next }) };
};
