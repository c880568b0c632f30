import type { AuditTrail } from "../core/audit.ts";
import type { Clock } from "../core/clock.ts";
import type { EventChannel } from "../core/events.ts";
import type { Logger } from "../core/logger.ts";
import type { Secret } from "../core/secret.ts";
import type { Keyring } from "../crypto/keyring.ts";
import type { Random } from "../crypto/random.ts";
import type { RecordStore } from "../storage/record-store.ts";
import type { ClientSource } from "./clients/client.ts";
import type { KeySets } from "./clients/key-sets.ts";

/** Who may register: everybody, those with the initial access token (RFC 7591 §3), or nobody. */
export type RegistrationPolicy =
  | { readonly mode: "open" }
  | { readonly mode: "token"; readonly token: Secret }
  | { readonly mode: "off" };

/** How the authorization server is set up. */
export interface AuthorizationServerSettings {
  /** The public origin without a trailing slash: `iss`, byte for byte, wherever it appears. */
  readonly issuer: string;
  readonly accessTokenTtlSeconds: number;
  /** How long a refresh token may lie unused; each use starts it anew. */
  readonly refreshTokenTtlSeconds: number;
  /** Absent: open. Clients that have registered stay, whatever it is. */
  readonly registration?: RegistrationPolicy;
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
  /** Reads the keys of clients that name an address for them. Absent: such clients cannot sign. */
  readonly keySets?: KeySets;
  /** Where grants and registrations are recorded. Absent: nowhere. */
  readonly audit?: AuditTrail;
  /** Tells and hears of grants and tokens that end. Absent: nothing is remembered between requests. */
  readonly events?: EventChannel;
}
