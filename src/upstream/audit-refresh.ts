import type { AuditEvent, AuditTrail } from "../core/audit.ts";
import type { ConnectionId } from "../core/ids.ts";
import type { Result } from "../core/result.ts";
import type { TokenFailure } from "../ghl/ports.ts";
import type { HeldConnection } from "./vault.ts";

/**
 * Makes the note-taker of refreshes. A refresh that works as it should is no event: only changes of
 * the connection's state are, and where trouble begins and ends, as this process sees it.
 */
export const createRefreshAudit = (
  audit: AuditTrail,
): ((before: HeldConnection, outcome: Result<unknown, TokenFailure>) => Promise<void>) => {
  const failing = new Set<ConnectionId>();
  return async ({ connection }, outcome) => {
    const { id: connectionId, status } = connection;
    const wasFailing = failing.has(connectionId);
    const kind = outcome.ok ? "ok" : outcome.failure.kind;
    if (kind === "upstream_unavailable") failing.add(connectionId);
    else failing.delete(connectionId);
    for (const event of toEvents({ kind, status, wasFailing })) {
      await audit.record({ ...event, connectionId });
    }
  };
};

type RefreshEvent<Event> = Event extends { readonly connectionId: ConnectionId }
  ? Omit<Event, "connectionId">
  : never;

const toEvents = (seen: {
  readonly kind: "ok" | TokenFailure["kind"];
  readonly status: HeldConnection["connection"]["status"];
  readonly wasFailing: boolean;
}): readonly RefreshEvent<
  Extract<
    AuditEvent,
    { readonly kind: `connection.${"refreshed" | "needs_reauth" | "suspended" | "resumed"}` }
  >
>[] => {
  switch (seen.kind) {
    case "ok":
      return [
        ...(seen.wasFailing
          ? [{ kind: "connection.refreshed", outcome: "recovered" } as const]
          : []),
        ...(seen.status === "suspended" ? [{ kind: "connection.resumed" } as const] : []),
      ];
    case "upstream_unavailable":
      return seen.wasFailing ? [] : [{ kind: "connection.refreshed", outcome: "failed" }];
    case "needs_reauth":
      return [{ kind: "connection.needs_reauth" }];
    case "suspended":
      return seen.status === "suspended" ? [] : [{ kind: "connection.suspended" }];
    case "connection_missing":
    case "location_not_allowed":
    case "wrong_token_class":
      return [];
  }
};
