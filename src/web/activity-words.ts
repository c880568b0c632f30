import type { AuditEvent } from "../core/audit.ts";
import type { ConnectionId } from "../core/ids.ts";

/** The events that the activity page can show: those of a connection. */
export type ShownEvent = Extract<AuditEvent, { readonly connectionId: ConnectionId }>;

/** What happened, in words, for each kind; also the choices of the filter, in this order. */
export const EVENT_TITLES = {
  "grant.created": "A client was let in",
  "grant.revoked": "The access of a client ended",
  "grant.refresh_reuse": "A refresh token was used a second time",
  "grant.code_replay": "A code was presented a second time",
  "connection.created": "A person signed in to the account",
  "connection.refreshed": "Renewing the tokens",
  "connection.needs_reauth": "A new sign-in is needed",
  "connection.suspended": "The location was paused",
  "connection.resumed": "The location works again",
  "connection.location_added": "A location was added",
  "connection.location_removed": "A location was removed",
  "connection.uninstalled": "The app was to be uninstalled",
  "connection.removed": "The account was disconnected",
} as const satisfies Readonly<Record<ShownEvent["kind"], string>>;

/** Who was behind an event, in words. */
export const describeActor = (event: ShownEvent): string =>
  "by" in event ? ENDERS[event.by] : ACTORS[event.kind];

const ENDERS = {
  person: "a person, in a browser",
  client: "the client itself",
  reuse: "this server, since a code or token was used twice",
  webhook: "GoHighLevel",
} as const;

type EventWithoutBy = Exclude<ShownEvent, { readonly by: unknown }>;

const ACTORS = {
  "grant.created": "you",
  "grant.refresh_reuse": "the client, or somebody with its token",
  "grant.code_replay": "the client, or somebody with its code",
  "connection.created": "a person, in a browser",
  "connection.refreshed": "this server",
  "connection.needs_reauth": "GoHighLevel",
  "connection.suspended": "GoHighLevel",
  "connection.resumed": "GoHighLevel",
  "connection.location_added": "GoHighLevel",
  "connection.location_removed": "GoHighLevel",
} as const satisfies Readonly<Record<EventWithoutBy["kind"], string>>;

/** How an event ended, in words; undefined where its title says it all. */
export const describeOutcome = (event: ShownEvent): string | undefined => {
  switch (event.kind) {
    case "connection.created":
      return event.outcome === "new" ? "the account is new here" : "it was known here";
    case "connection.refreshed":
      return event.outcome === "failed" ? "began to fail" : "works again";
    case "connection.uninstalled":
      return UNINSTALLS[event.outcome];
    case "grant.refresh_reuse":
    case "grant.code_replay":
      return "refused";
    default:
      return undefined;
  }
};

const UNINSTALLS = {
  done: "GoHighLevel uninstalled it",
  refused: "GoHighLevel refused to",
  unknown: "no answer came",
  not_asked: "not asked: no token was left to ask with",
} as const;
