import type { AuditTrail } from "../core/audit.ts";
import type { EpochSeconds } from "../core/clock.ts";
import type { ConnectionId } from "../core/ids.ts";
import { type IdentityIndex, toIdentityKeyOf } from "./connection-identity.ts";
import type { PlaceIndex } from "./place-index.ts";
import type { Vault, VaultEntry } from "./vault.ts";

/** Who ends a connection; a webhook ends what was signed in by the time of its event. */
export type Removal =
  | { readonly by: "person" }
  | { readonly by: "webhook"; readonly at: EpochSeconds };

/** `gone` where there is none any more, whoever removed it. */
export type RemovalOutcome = "gone" | "signed_in_since";

/** What {@link removeConnection} works with. */
export interface RemovalDeps {
  readonly vault: Pick<Vault, "remove">;
  readonly identities: IdentityIndex;
  readonly places: PlaceIndex;
  readonly audit: AuditTrail;
  find(id: ConnectionId): Promise<VaultEntry | undefined>;
}

/**
 * Discards the tokens and the record of a connection, in steps of which each may be the last: until the
 * record is gone whoever asked can ask again, and from the first step on nobody is given its id.
 */
export const removeConnection = async (
  deps: RemovalDeps,
  id: ConnectionId,
  removal: Removal,
): Promise<RemovalOutcome> => {
  const { identities, audit } = deps;
  for (;;) {
    const entry = await deps.find(id);
    if (entry === undefined) return "gone";
    const identity = toIdentityKeyOf(entry.connection);
    if (removal.by === "webhook" && entry.connection.connectedAt > removal.at) {
      await identities.restore(identity, id);
      return "signed_in_since";
    }
    await identities.end(identity, id);
    // A person and the webhook that follows may both get here; the trail says it once.
    if (!(await discard(deps, entry))) continue;
    await audit.record({ kind: "connection.removed", connectionId: id, by: removal.by });
    await identities.release(identity, id);
    return "gone";
  }
};

/** Discards a record that nobody has written since; then nothing has to find it any more. */
export const discard = async (
  { vault, places }: Pick<RemovalDeps, "vault" | "places">,
  { connection, version }: VaultEntry,
): Promise<boolean> => {
  const removed = await vault.remove(connection.id, version);
  if (removed) await places.remove(connection.id, connection);
  return removed;
};
