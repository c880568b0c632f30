import type { ConnectionId, LocationId } from "../core/ids.ts";
import type { Result } from "../core/result.ts";
import type { Secret } from "../core/secret.ts";

/** Which of GoHighLevel's token classes a call needs (gohighlevel.md §4.3). */
export type TokenClass = "location" | "company";

/** What token a call needs. */
export interface TokenRequest {
  readonly connectionId: ConnectionId;
  readonly tokenClass: TokenClass;
  /** The location that the call is about; required for the class `location`. */
  readonly locationId?: LocationId;
  readonly signal?: AbortSignal;
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
  | { readonly kind: "needs_reauth"; readonly connectionId: ConnectionId; readonly reason: string }
  | { readonly kind: "suspended"; readonly connectionId: ConnectionId }
  | { readonly kind: "wrong_token_class"; readonly needed: TokenClass; readonly have: string }
  | { readonly kind: "location_not_allowed"; readonly locationId: LocationId }
  | { readonly kind: "upstream_unavailable"; readonly retryAfterSeconds?: number };

/** Where the API client gets GoHighLevel tokens from; refreshes them before they expire. */
export interface TokenSource {
  getToken(request: TokenRequest): Promise<Result<AccessToken, TokenFailure>>;
  /**
   * Says that GoHighLevel refused this very token as invalid or expired, and gives a newer one.
   * Refreshes at most once per refused token, however many callers report it.
   */
  replaceToken(
    request: TokenRequest,
    refused: AccessToken,
  ): Promise<Result<AccessToken, TokenFailure>>;
}

/** A file that a URL led to. */
export interface FetchedFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly contentType?: string;
}

/** Why a URL gave no file. `forbidden`: the URL is not one that may be fetched. */
export interface FetchFileFailure {
  readonly kind:
    | "forbidden"
    | "refused"
    | "too_large"
    | "encoded"
    | "timeout"
    | "aborted"
    | "unreachable";
}

/** Where the API client gets the files of uploads from; must be safe with URLs that strangers name. */
export interface FileSource {
  fetchFile(
    url: URL,
    options: { readonly maxBytes: number; readonly signal?: AbortSignal },
  ): Promise<Result<FetchedFile, FetchFileFailure>>;
}
