import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Keyring } from "../crypto/keyring.ts";
import type { Random } from "../crypto/random.ts";
import type { RecordStore } from "../storage/record-store.ts";
import type { ClientSource } from "./clients/client.ts";

/** How the authorization server is set up. */
export interface AuthorizationServerSettings {
  /** The public origin without a trailing slash: `iss`, byte for byte, wherever it appears. */
  readonly issuer: string;
  readonly accessTokenTtlSeconds: number;
  /** How long a refresh token may lie unused; each use starts it anew. */
  readonly refreshTokenTtlSeconds: number;
}

/** What the authorization server is built on. */
export interface AuthorizationServerDeps {
  readonly settings: AuthorizationServerSettings;
  readonly store: RecordStore;
  readonly keyring: Keyring;
  readonly random: Random;
  readonly clock: Clock;
  readonly log: Logger;
  /** Asked in this order, before the clients that registered themselves. */
  readonly clientSources?: readonly ClientSource[];
}
