import type { AccessLevel, AreaId } from "../core/access.ts";
import type { EpochSeconds } from "../core/clock.ts";
import type { ClientId, ConnectionId, GrantId, LocationId, TransactionId } from "../core/ids.ts";
import type { Principal } from "../core/principal.ts";
import type { Result } from "../core/result.ts";
import type { Soon } from "../core/soon.ts";
import type { FetchLimit } from "./clients/fetch-budget.ts";
import type { BearerFailure, OAuthFailure } from "./errors.ts";
import type { ResourcePath } from "./metadata.ts";
import type { PersonSession, PersonSessions } from "./person-sessions.ts";

/** A request to a machine endpoint (token, revoke, introspect) as the transport read it. */
export interface EndpointRequest {
  /** The parsed form body. Parameters of the query string are never part of it (RFC 6749 §3.2). */
  readonly form: URLSearchParams;
  readonly authorization?: string;
  /** How much whoever sent it may have fetched. Absent: as much as anybody. */
  readonly fetchLimit?: FetchLimit;
}

/** What `/oauth/authorize` comes to. */
export type AuthorizeOutcome =
  /** The request is sound: show the consent page of this transaction. */
  | { readonly kind: "consent"; readonly transactionId: TransactionId }
  /** Client and redirect URI are proven: the error goes there. */
  | { readonly kind: "redirect"; readonly location: string }
  /** Neither is proven: the error is shown here, and nothing redirects. */
  | { readonly kind: "page"; readonly failure: OAuthFailure };

/** A pending authorization request as the consent page needs it. */
export interface PendingAuthorization {
  readonly transactionId: TransactionId;
  readonly clientId: ClientId;
  /** What the client calls itself, sanitised and capped; absent if it gave no name. */
  readonly clientName?: string;
  /** The host of a metadata-document client id; absent for registered clients. */
  readonly clientHost?: string;
  readonly redirectUri: string;
  /** The host that the browser will be sent back to; for a private-use scheme, `scheme:`. */
  readonly redirectHost: string;
  readonly redirectIsLoopback: boolean;
  readonly requestedAccess: AccessLevel;
  readonly requestedAreas: readonly AreaId[] | "all";
  readonly status: "open" | "approved";
  readonly expiresAt: EpochSeconds;
}

/** What a person allowed before, and still allows, that covers a new request in full. */
export interface EarlierApproval {
  readonly connectionId: ConnectionId;
  readonly approvedAt: EpochSeconds;
}

/** What the person chose on the consent page. */
export interface ConsentDecision {
  readonly access: AccessLevel;
  readonly areas: readonly AreaId[] | "all";
}

/** Who signed in, and to what. */
export interface Authorized {
  readonly subject: string;
  readonly connectionId: ConnectionId;
  readonly locations: readonly LocationId[] | "all";
}

/** A token response (RFC 6749 §5.1). Wire names on purpose. */
export interface TokenResponse {
  readonly access_token: string;
  readonly token_type: "Bearer";
  readonly expires_in: number;
  readonly refresh_token: string;
  readonly scope: string;
}

/** A grant as the grants page and `status` show it. */
export interface GrantView {
  readonly grantId: GrantId;
  readonly clientId: ClientId;
  readonly clientName?: string;
  readonly clientHost?: string;
  /** The host that the code went to; for a private-use scheme, `scheme:`. */
  readonly redirectHost?: string;
  readonly subject: string;
  readonly connectionId: ConnectionId;
  readonly access: AccessLevel;
  readonly areas: readonly AreaId[] | "all";
  readonly locations: readonly LocationId[] | "all";
  readonly createdAt: EpochSeconds;
  readonly lastUsedAt: EpochSeconds;
}

/** The authorization server and the resource server's half of it. No HTTP framework, no pages. */
export interface AuthorizationServer {
  /** RFC 8414 document. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** RFC 9728 document of `/mcp`. */
  readonly resourceMetadata: Readonly<Record<string, unknown>>;

  /**
   * RFC 7591: checks and stores a client; the value is the response body of a 201. `authorization` is
   * the header, for a server where registering takes a token.
   */
  register(
    body: unknown,
    authorization?: string,
  ): Promise<Result<Readonly<Record<string, unknown>>, OAuthFailure>>;

  /** `fetchLimit` is how much whoever sent it may have fetched. Absent: as much as anybody. */
  authorize(parameters: URLSearchParams, fetchLimit?: FetchLimit): Promise<AuthorizeOutcome>;
  findAuthorization(id: TransactionId): Promise<PendingAuthorization | undefined>;
  /** What this person allowed before that covers the request in full: the consent page says so. */
  findEarlierApproval(
    id: TransactionId,
    session: PersonSession,
  ): Promise<EarlierApproval | undefined>;
  /** Records the decision, once; a second, equal approval answers the same. */
  approve(
    id: TransactionId,
    decision: ConsentDecision,
  ): Promise<Result<PendingAuthorization, OAuthFailure>>;
  /** Ends the transaction: the redirect to the client with the error, `state` and `iss`. */
  refuse(
    id: TransactionId,
    error: "access_denied" | "server_error" | "temporarily_unavailable",
    description: string,
  ): Promise<Result<{ readonly location: string }, OAuthFailure>>;
  /** Consumes an approved transaction and mints the code: the redirect to the client. */
  complete(
    id: TransactionId,
    authorized: Authorized,
  ): Promise<Result<{ readonly location: string }, OAuthFailure>>;

  token(request: EndpointRequest): Promise<Result<TokenResponse, OAuthFailure>>;
  /** RFC 7009. Succeeds for unknown tokens too. */
  revoke(request: EndpointRequest): Promise<Result<void, OAuthFailure>>;
  /** RFC 7662 for the client that owns the token; `{ active: false }` for all others. */
  introspect(
    request: EndpointRequest,
  ): Promise<Result<Readonly<Record<string, unknown>>, OAuthFailure>>;

  /** Judges the `Authorization` header of a request to `/mcp`. */
  authenticate(authorization: string | undefined): Soon<Result<Principal, BearerFailure>>;
  /** Whether a request that {@link authenticate} let in may go on: false once it is revoked. */
  mayContinue(principal: Principal, authorization: string | undefined): Promise<boolean>;
  /**
   * The `WWW-Authenticate` value that goes with a failed {@link authenticate} (RFC 6750 §3). `path` is
   * the endpoint that was asked, `/mcp` unless said.
   */
  challenge(failure: BearerFailure, path?: ResourcePath): string;

  listGrants(connectionId: ConnectionId): Promise<readonly GrantView[]>;
  /** Ends a grant: all its tokens stop at once, on every instance. */
  revokeGrant(grantId: GrantId): Promise<void>;
  /** The grants that a person gave and that were used at least once, the newest first. */
  listGrantsOfPerson(subject: string): Promise<readonly GrantView[]>;
  /** Ends a grant of this person and gives it; undefined if there is none, or it is another's. */
  revokeGrantOfPerson(subject: string, grantId: GrantId): Promise<GrantView | undefined>;
  /**
   * Ends every grant on a connection, or only those given by a time, and says how many there were. By a
   * person unless said.
   */
  revokeGrantsOfConnection(
    connectionId: ConnectionId,
    which?: { readonly by?: "person" | "webhook"; readonly givenBy?: EpochSeconds | undefined },
  ): Promise<number>;
  /** Who is signed in, browser by browser. */
  readonly sessions: PersonSessions;
}
