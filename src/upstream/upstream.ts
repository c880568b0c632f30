import type { EpochSeconds } from "../core/clock.ts";
import type { Connection, LocationSummary } from "../core/connection.ts";
import type { CompanyId, ConnectionId, LocationId, TransactionId } from "../core/ids.ts";
import type { Result } from "../core/result.ts";
import type { Secret } from "../core/secret.ts";
import type { TokenFailure, TokenSource } from "../ghl/ports.ts";
import type { UninstallFailure } from "./uninstall.ts";
import type { RefusalReason } from "./upstream-error.ts";
import type { WebhookReceiver } from "./webhooks/receive-webhook.ts";

export type { UninstallFailure } from "./uninstall.ts";

/** What a sign-in at GoHighLevel is for. */
export type LoginPurpose =
  /** An MCP client's authorization request, already approved on the consent page. */
  | { readonly kind: "authorization"; readonly transactionId: TransactionId }
  /**
   * A person in a browser, or `ghl-mcp login`. `reconnects` is the connection that is meant to get new
   * tokens; which one gets them is what the person chooses at GoHighLevel.
   */
  | { readonly kind: "sign_in"; readonly reconnects?: ConnectionId };

/** A started sign-in: where to send the browser, and the cookie that binds it to this browser. */
export interface StartedLogin {
  readonly authorizeUrl: string;
  readonly cookie: {
    readonly name: string;
    readonly value: string;
    readonly maxAgeSeconds: number;
  };
}

/** What GoHighLevel sent the browser back with. */
export interface LoginCallback {
  readonly query: URLSearchParams;
  /** All cookies of the request, by name. */
  readonly cookies: ReadonlyMap<string, string>;
  readonly signal?: AbortSignal;
}

/** A finished sign-in. `cookieName` is the binding cookie, to be cleared. */
export interface CompletedLogin {
  readonly purpose: LoginPurpose;
  readonly connection: Connection;
  readonly cookieName: string;
}

/**
 * Why a sign-in did not finish. `purpose` is there where the state was ours, so that an MCP client can
 * be told. `state_*` failures never call GoHighLevel.
 */
export type LoginFailure =
  | { readonly kind: "state_missing" }
  | { readonly kind: "state_unknown" }
  | { readonly kind: "wrong_browser" }
  | { readonly kind: "denied"; readonly purpose: LoginPurpose }
  | { readonly kind: "code_missing"; readonly purpose: LoginPurpose }
  | {
      readonly kind: "exchange_refused";
      readonly purpose: LoginPurpose;
      /** The HTTP status that GoHighLevel answered with. */
      readonly status: number;
      /** What the refusal means, as far as its text says. */
      readonly reason: RefusalReason;
      /** What to check, in our words: client credentials, redirect URI, code. */
      readonly hint: string;
    }
  | {
      readonly kind: "exchange_malformed";
      readonly purpose: LoginPurpose;
      readonly problem: string;
    }
  | { readonly kind: "exchange_unavailable"; readonly purpose: LoginPurpose };

/** An installation that nobody has claimed: its tokens are kept, and serve no one. */
export interface UnclaimedInstall {
  readonly kind: "location" | "company";
  readonly companyId: CompanyId;
  /** Present for the kind `location`. */
  readonly locationId?: LocationId;
  readonly arrivedAt: EpochSeconds;
}

/** The installation that a browser may claim, as it knows it. */
export interface InstallClaim extends UnclaimedInstall {
  /** The location's name, or what the agency is in words; its id where GoHighLevel tells no name. */
  readonly name: string;
  /** What the name leaves open, such as the locations of an agency. */
  readonly detail?: string;
  /** What this browser's one open sign-in is for; `sign_in` where there is none, or several. */
  readonly purpose: LoginPurpose;
}

/** A claimed installation, now a connection like any other. */
export interface ClaimedInstall {
  readonly connection: Connection;
  /** `authorization` only if that sign-in was this browser's and still open. */
  readonly purpose: LoginPurpose;
  /** The cookies that have served their purpose. */
  readonly cookieNames: readonly string[];
}

/** The name of the cookie that lets a browser claim what it has just installed. */
export const CLAIM_COOKIE = "__Host-ghlmcp-claim";

/**
 * Installations that come back without a state: from GoHighLevel's marketplace, or because GoHighLevel
 * dropped it. Nothing proves that this browser asked for them, so a person must say so.
 */
export interface Installs {
  /**
   * Exchanges the code and keeps the tokens unclaimed. The cookie lets this browser claim them for an
   * hour. Fails as `state_missing` where there is no code; nothing is stored after a failure.
   */
  receive(
    callback: LoginCallback,
  ): Promise<Result<{ readonly cookie: StartedLogin["cookie"] }, LoginFailure>>;
  /** What the browser of these cookies may claim. */
  find(cookies: ReadonlyMap<string, string>): Promise<InstallClaim | undefined>;
  /** Makes it a connection, once; `gone` if it was claimed, replaced, uninstalled or has waited too long. */
  claim(cookies: ReadonlyMap<string, string>): Promise<Result<ClaimedInstall, "gone">>;
  /** Gives the right to claim up; the installation stays unclaimed. */
  leave(cookies: ReadonlyMap<string, string>): Promise<void>;
  /** All unclaimed installations of this environment, the newest first. */
  list(): Promise<readonly UnclaimedInstall[]>;
}

/** A private integration token and the location that it is said to be for, as a person entered them. */
export interface PrivateTokenEntry {
  readonly token: Secret;
  readonly locationId: string;
}

/** Why a private integration token was not taken; then nothing was stored. */
export type PrivateTokenFailure =
  /** Not of the form that such tokens and ids have; GoHighLevel was not asked. */
  | { readonly kind: "not_a_token" }
  | { readonly kind: "not_a_location_id" }
  /** GoHighLevel does not know the token. */
  | { readonly kind: "token_invalid" }
  /** It is the token of an agency. */
  | { readonly kind: "agency_token" }
  /** It is the token of another location. */
  | { readonly kind: "wrong_location" }
  /** It lacks the scope without which it cannot be checked. */
  | { readonly kind: "scope_missing"; readonly scope: string }
  | { readonly kind: "location_inactive" }
  | { readonly kind: "refused"; readonly status: number }
  | { readonly kind: "unavailable"; readonly retryAfterSeconds?: number };

/** Everything that has to do with GoHighLevel sign-ins, connections and their tokens. */
export interface Upstream {
  readonly tokens: TokenSource;
  /** Whether there is a marketplace app to sign in with; else only private integration tokens serve. */
  readonly hasApp: boolean;
  readonly installs: Installs;
  /**
   * Checks a private integration token with one call, and keeps it as the connection of its location;
   * an earlier token of the location is replaced.
   */
  connectPrivate(
    entry: PrivateTokenEntry,
    signal?: AbortSignal,
  ): Promise<Result<Connection, PrivateTokenFailure>>;
  startLogin(purpose: LoginPurpose): Promise<StartedLogin>;
  completeLogin(callback: LoginCallback): Promise<Result<CompletedLogin, LoginFailure>>;
  findConnection(id: ConnectionId): Promise<Connection | undefined>;
  /** All connections of this environment, newest first. */
  listConnections(): Promise<readonly Connection[]>;
  /** Discards the tokens and the record. */
  removeConnection(id: ConnectionId): Promise<void>;
  /**
   * Asks GoHighLevel to uninstall the app from a connection's location or agency. The connection stays
   * until it is removed.
   */
  uninstall(id: ConnectionId): Promise<Result<void, UninstallFailure>>;
  /** The locations that a connection reaches, by name; asks GoHighLevel, cached for a minute. */
  listLocations(
    id: ConnectionId,
    signal?: AbortSignal,
  ): Promise<Result<readonly LocationSummary[], TokenFailure>>;
  /** Refreshes the connection's tokens now, whatever their age: the proof that a refresh works. */
  refreshNow(id: ConnectionId, signal?: AbortSignal): Promise<Result<Connection, TokenFailure>>;
  /** Takes in a webhook of GoHighLevel, which keeps connections true; nothing unsigned has an effect. */
  readonly receiveWebhook: WebhookReceiver;
}
