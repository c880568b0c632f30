import type { AuditTrail } from "../core/audit.ts";
import type { EpochSeconds } from "../core/clock.ts";
import type { ConnectionId } from "../core/ids.ts";
import type { IdentityIndex } from "./connection-identity.ts";

/** Who ends a connection; a webhook ends what was signed in by the time of its event. */
export type Removal =
  | { readonly by: "person" }
  | { readonly by: "webhook"; readonly at: EpochSeconds };

/** `gone` where there is none any more, whoever removed it. */
export type RemovalOutcome = "gone" | "signed_in_since";

/** A connection of any kind, as it was read. */
export interface Removable {
  /** The key of its identity. */
  readonly identity: string;
  readonly connectedAt: EpochSeconds;
  /** Discards its record, unless it was written since it was read: then false. */
  discard(): Promise<boolean>;
}

/** What {@link removeConnection} works with. */
export interface RemovalDeps {
  readonly identities: IdentityIndex;
  readonly audit: AuditTrail;
  find(id: ConnectionId): Promise<Removable | undefined>;
}

/**
 * Discards the tokens and the record of a connection, in steps of which each may be the last: until the
 * record is gone whoever asked can ask again, and from the first step on nobody is given its id.
 */
export const removeConnection = async (
  { identities, audit, find }: RemovalDeps,
  id: ConnectionId,
  removal: Removal,
): Promise<RemovalOutcome> => {
  for (;;) {
    const found = await find(id);
    if (found === undefined) return "gone";
    const { identity, connectedAt } = found;
    if (removal.by === "webhook" && connectedAt > removal.at) {
      await identities.restore(identity, id);
      return "signed_in_since";
    }
    await identities.end(identity, id);
    // A person and the webhook that follows may both get here; the trail says it once.
    if (!(await found.discard())) continue;
    await audit.record({ kind: "connection.removed", connectionId: id, by: removal.by });
    await identities.release(identity, id);
    return "gone";
  }
};
