import type { AuditTrail } from "../../core/audit.ts";
import type { ConnectionId, LocationId } from "../../core/ids.ts";
import type { EpochSeconds } from "../../core/clock.ts";
import type { Connections } from "../connections.ts";
import type { RemovalOutcome } from "../removal.ts";
import type { HeldConnection, Vault } from "../vault.ts";
import type { Change } from "./plan-changes.ts";

/** What {@link applyChange} works with. */
export interface ChangeDeps {
  readonly connections: Pick<Connections, "find">;
  readonly vault: Pick<Vault, "write">;
  readonly audit: AuditTrail;
  /** Ends every grant on a connection, or only those given by a time, on every instance. */
  revokeGrantsOf(id: ConnectionId, givenBy?: EpochSeconds): Promise<number>;
  /** Discards the tokens and the record of a connection, unless it was signed in to after `at`. */
  removeConnection(id: ConnectionId, at: EpochSeconds): Promise<RemovalOutcome>;
}

/** Makes one change. Making it twice is the same as once. */
export const applyChange = async (deps: ChangeDeps, change: Change): Promise<void> => {
  const { connectionId } = change;
  if (change.kind === "remove") {
    // The grants first: if something breaks in between, the repeated webhook still finds the
    // connection and gets to them. Once more after it, for those that were made meanwhile. Whoever
    // signs in again while many connections are gone through keeps what is newer than the event.
    await deps.revokeGrantsOf(connectionId, change.at);
    if ((await deps.removeConnection(connectionId, change.at)) !== "gone") return;
    await deps.revokeGrantsOf(connectionId);
    return;
  }
  const { kind, locationId } = change;
  const alter = kind === "let_in" ? letIn : takeOut;
  if (await rewrite(deps, connectionId, (held) => alter(held, locationId))) {
    await deps.audit.record({
      kind: kind === "let_in" ? "connection.location_added" : "connection.location_removed",
      connectionId,
      locationId,
    });
  }
};

/** Writes on the version that was read, however many others write; false once it is gone. */
const rewrite = async (
  { connections, vault }: ChangeDeps,
  id: ConnectionId,
  alter: (held: HeldConnection) => HeldConnection,
): Promise<boolean> => {
  for (;;) {
    const entry = await connections.find(id);
    if (entry === undefined) return false;
    const { version, ...held } = entry;
    if ((await vault.write(alter(held), version)) !== "conflict") return true;
  }
};

const letIn = (held: HeldConnection, locationId: LocationId): HeldConnection => {
  const { approvedLocations, removedLocations = [] } = held;
  return {
    ...held,
    approvedLocations:
      approvedLocations === "all" ? "all" : [...new Set([...approvedLocations, locationId])],
    removedLocations: removedLocations.filter((id) => id !== locationId),
  };
};

const takeOut = (held: HeldConnection, locationId: LocationId): HeldConnection => {
  const { approvedLocations, removedLocations = [] } = held;
  return approvedLocations === "all"
    ? { ...held, removedLocations: [...new Set([...removedLocations, locationId])] }
    : { ...held, approvedLocations: approvedLocations.filter((id) => id !== locationId) };
};
