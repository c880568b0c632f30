import type { ConnectionId, LocationId } from "../core/ids.ts";
import type { Result } from "../core/result.ts";
import type { Secret } from "../core/secret.ts";
import type { Soon } from "../core/soon.ts";

/** Which of GoHighLevel's token classes a call needs (gohighlevel.md §4.3). */
export type TokenClass = "location" | "company";

/** What token a call needs. */
export interface TokenRequest {
  readonly connectionId: ConnectionId;
  readonly tokenClass: TokenClass;
  /** The location that the call is about; required for the class `location`. */
  readonly locationId?: LocationId | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A token that is good for now, and what it is. */
export interface AccessToken {
  readonly token: Secret;
  /** `private` for a private integration token, which some operations refuse. */
  readonly kind: "oauth" | "private";
}

/** Why no token could be had. */
export type TokenFailure =
  | { readonly kind: "connection_missing"; readonly connectionId: ConnectionId }
  | {
      readonly kind: "needs_reauth";
      readonly connectionId: ConnectionId;
      /** What happened and what to do, in our words. */
      readonly reason: string;
      /** There for a private integration token, where a new sign-in would not help. */
      readonly have?: "private";
    }
  | { readonly kind: "suspended"; readonly connectionId: ConnectionId }
  | { readonly kind: "wrong_token_class"; readonly needed: TokenClass; readonly have: string }
  | { readonly kind: "location_not_allowed"; readonly locationId: LocationId }
  | { readonly kind: "upstream_unavailable"; readonly retryAfterSeconds?: number };

/** Where the API client gets GoHighLevel tokens from; refreshes them before they expire. */
export interface TokenSource {
  getToken(request: TokenRequest): Soon<Result<AccessToken, TokenFailure>>;
  /**
   * Says that GoHighLevel refused this very token as invalid or expired, and gives a newer one.
   * Refreshes at most once per refused token, however many callers report it.
   */
  replaceToken(
    request: TokenRequest,
    refused: AccessToken,
  ): Promise<Result<AccessToken, TokenFailure>>;
}
