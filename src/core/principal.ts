import type { AccessLevel, AreaId } from "./access.ts";
import type { EpochSeconds } from "./clock.ts";
import type { ClientId, ConnectionId, GrantId, LocationId } from "./ids.ts";

/** Who a request acts for, and how far that reaches: the grant behind an access token. */
export interface Principal {
  readonly grantId: GrantId;
  readonly clientId: ClientId;
  /** Who gave the grant: the GoHighLevel user id where GoHighLevel names one, else the connection. */
  readonly subject: string;
  readonly connectionId: ConnectionId;
  readonly access: AccessLevel;
  readonly areas: readonly AreaId[] | "all";
  /** The locations that the grant is limited to; `all` means every location of the connection. */
  readonly locations: readonly LocationId[] | "all";
  /** When the credential ends; absent for a local process (stdio). */
  readonly expiresAt?: EpochSeconds;
}
