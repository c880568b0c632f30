import type { Connection, LocationSummary } from "../core/connection.ts";
import type { ConnectionId } from "../core/ids.ts";
import type { Result } from "../core/result.ts";
import type { TokenFailure } from "../ghl/ports.ts";

/** What the tools need to know of connections; the upstream layer answers it. */
export interface ConnectionDirectory {
  findConnection(id: ConnectionId): Promise<Connection | undefined>;
  listLocations(
    id: ConnectionId,
    signal?: AbortSignal,
  ): Promise<Result<readonly LocationSummary[], TokenFailure>>;
}
