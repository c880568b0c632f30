import type { EpochSeconds } from "./clock.ts";
import type { CompanyId, ConnectionId, LocationId } from "./ids.ts";

/** What a connection's token stands for at GoHighLevel. `private` is a private integration token. */
export type ConnectionKind = "location" | "company" | "private";

/**
 * Whether a connection can be used. `needs_reauth`: a person must sign in again. `suspended`:
 * GoHighLevel has paused the location, the same token works again later.
 */
export type ConnectionStatus = "active" | "needs_reauth" | "suspended";

/** A GoHighLevel installation that this server holds tokens for, without any token. */
export interface Connection {
  readonly id: ConnectionId;
  readonly kind: ConnectionKind;
  /** Which GoHighLevel it belongs to: the host of the API, or `sandbox`. */
  readonly environment: string;
  readonly companyId?: CompanyId;
  /** Present for a location connection and for a private integration token of a location. */
  readonly locationId?: LocationId;
  /** The GoHighLevel user who signed in, where GoHighLevel said so. */
  readonly userId?: string;
  /** The scopes that GoHighLevel granted; empty for a private integration token, which does not say. */
  readonly scopes: readonly string[];
  readonly status: ConnectionStatus;
  /** Why a person must sign in again, in our words; at most with `needs_reauth`. */
  readonly statusReason?: string;
  readonly connectedAt: EpochSeconds;
  readonly tokenExpiresAt?: EpochSeconds;
  readonly lastRefreshAt?: EpochSeconds;
}

/** A location as lists and previews show it. */
export interface LocationSummary {
  readonly id: LocationId;
  readonly name: string;
  readonly timezone?: string;
  readonly city?: string;
  readonly country?: string;
}
