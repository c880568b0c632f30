import type { Connection, LocationSummary } from "../core/connection.ts";
import type { ConnectionId, TransactionId } from "../core/ids.ts";
import type { Result } from "../core/result.ts";
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

/** Everything that has to do with GoHighLevel sign-ins, connections and their tokens. */
export interface Upstream {
  readonly tokens: TokenSource;
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
