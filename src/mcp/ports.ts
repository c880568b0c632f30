import type { EpochSeconds } from "../core/clock.ts";
import type { Connection, LocationSummary } from "../core/connection.ts";
import type { ConnectionId } from "../core/ids.ts";
import type { Result } from "../core/result.ts";
import type { Soon } from "../core/soon.ts";
import type { TokenFailure } from "../ghl/ports.ts";

/** What the tools need to know of connections; the upstream layer answers it. */
export interface ConnectionDirectory {
  findConnection(id: ConnectionId): Soon<Connection | undefined>;
  listLocations(
    id: ConnectionId,
    signal?: AbortSignal,
  ): Promise<Result<readonly LocationSummary[], TokenFailure>>;
}

/**
 * What confirmations are kept and sealed with: the record store and the key ring. Every instance on
 * one store has the same, so that any of them can take what another gave out.
 */
export interface ConfirmationKeeper {
  put(key: string, value: string, expiresAt: EpochSeconds): Promise<void>;
  /** Reads and deletes in one step: of concurrent takers exactly one gets the value. */
  take(key: string): Promise<string | undefined>;
  /** An HMAC under a key that is used for nothing else. */
  mac(value: string): string;
  /** Compares two MACs in constant time. */
  equal(left: string, right: string): boolean;
  /** A SHA-256. */
  hash(value: string): string;
  /** An id that nobody can guess: 128 random bits. */
  newId(): string;
}
