import type { ClientId, CompanyId, ConnectionId, GrantId, LocationId } from "./ids.ts";

interface GrantFields {
  readonly grantId: GrantId;
  readonly clientId: ClientId;
  readonly connectionId: ConnectionId;
  /** Who gave it: a hash, which only that person's own session leads to. Absent in older events. */
  readonly giver?: string;
}

/**
 * What the audit trail records: who and what, by id, and how it ended. Never a name, an address, a
 * token or anything else of a person but the hash that leads the giver of a grant to its events.
 */
export type AuditEvent =
  | {
      readonly kind: "connection.created";
      readonly connectionId: ConnectionId;
      readonly companyId?: CompanyId;
      readonly locationId?: LocationId;
      readonly outcome: "new" | "signed_in_again";
    }
  /** Only where refreshing begins to fail, and where it works again. */
  | {
      readonly kind: "connection.refreshed";
      readonly connectionId: ConnectionId;
      readonly outcome: "failed" | "recovered";
    }
  | {
      readonly kind: "connection.needs_reauth" | "connection.suspended" | "connection.resumed";
      readonly connectionId: ConnectionId;
    }
  | {
      readonly kind: "connection.location_added" | "connection.location_removed";
      readonly connectionId: ConnectionId;
      readonly locationId: LocationId;
    }
  /** It came without a state: its tokens are kept, and serve nobody. */
  | { readonly kind: "install.unclaimed"; readonly companyId: CompanyId }
  | {
      readonly kind: "connection.removed";
      readonly connectionId: ConnectionId;
      readonly by: "person" | "webhook";
    }
  /** A person asked GoHighLevel to uninstall the app; the removal itself is an event of its own. */
  | {
      readonly kind: "connection.uninstalled";
      readonly connectionId: ConnectionId;
      readonly by: "person";
      /** `unknown`: no answer came. `not_asked`: the connection has no token that GoHighLevel accepts. */
      readonly outcome: "done" | "refused" | "unknown" | "not_asked";
    }
  | ({ readonly kind: "grant.created" } & GrantFields)
  | ({
      readonly kind: "grant.revoked";
      readonly by: "person" | "client" | "reuse" | "webhook";
    } & GrantFields)
  | ({ readonly kind: "grant.refresh_reuse" | "grant.code_replay" } & GrantFields)
  | { readonly kind: "client.registered"; readonly clientId: ClientId }
  | {
      readonly kind: "sign_in.failed";
      /** The kind of the failure, a word of ours. */
      readonly reason: string;
      /** What GoHighLevel's refusal of the code means, a word of ours too. */
      readonly refusal?: string;
      readonly requestId: string;
    }
  | {
      readonly kind: "webhook.received";
      /** One of the event types that are acted on. */
      readonly type: string;
      readonly companyId?: CompanyId;
      readonly locationId?: LocationId;
      readonly requestId: string;
    };

/** An event as it was recorded. */
export interface StoredAuditEvent {
  /** Later events have greater ids. */
  readonly id: string;
  readonly atMs: number;
  readonly event: AuditEvent;
}

/** The record of what happened to connections, grants and clients. Nothing in it is ever changed. */
export interface AuditTrail {
  /**
   * Records an event. Never rejects: what happened has happened, and taking access away must not wait
   * for bookkeeping. An event that cannot be stored goes to the log in full.
   */
  record(event: AuditEvent): Promise<void>;
  /** The newest events first. */
  list(options: AuditListOptions): Promise<readonly StoredAuditEvent[]>;
}

/** Which events to list. */
export interface AuditListOptions {
  readonly limit: number;
  /** Only events older than the one of this id. */
  readonly before?: string;
  /** Only events of this instant and later, in milliseconds since the epoch. */
  readonly sinceMs?: number;
  /** Only events before this instant, in milliseconds since the epoch. */
  readonly untilMs?: number;
}

/** A trail that keeps nothing. */
export const silentAuditTrail: AuditTrail = {
  record: async () => {},
  list: async () => [],
};
