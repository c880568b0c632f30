import type { MetricsAccess } from "../core/metrics.ts";
import type { PreRegisteredClient } from "../core/pre-registered-client.ts";
import type { ProxyTrust } from "../core/proxy-trust.ts";
import type { Secret } from "../core/secret.ts";
import type { AwsSettings } from "./aws-settings.ts";
import type { KeyPart } from "./master-key-setting.ts";
import type { TlsFiles } from "./tls-pair.ts";

/**
 * Who we are at GoHighLevel. `sandbox`: nobody, so the built-in stand-in is used. `private_token`: no
 * marketplace app, only a private integration token. `token_entry`: neither, and not the sandbox: people
 * connect with private integration tokens of their own. `oauth`: a marketplace app.
 */
export type UpstreamConfig =
  | { readonly mode: "sandbox" }
  | { readonly mode: "private_token" }
  | { readonly mode: "token_entry" }
  | {
      readonly mode: "oauth";
      readonly clientId: string;
      readonly clientSecret: Secret;
    };

/** A static private integration token for one location. */
export interface PrivateTokenConfig {
  readonly token: Secret;
  readonly locationId: string;
}

/**
 * Where the master keys come from. `generated`: a key file beside the SQLite database, made on the
 * first start with mode 0600. `given`: 32-byte keys, the first of which encrypts. `referenced`: the same,
 * some of which AWS is asked for at the start. `ephemeral`: a key that lives as long as the process, for
 * a store that does too.
 */
export type MasterKeyConfig =
  | { readonly source: "generated"; readonly path: string; readonly databasePath: string }
  | { readonly source: "ephemeral" }
  | { readonly source: "given"; readonly keys: readonly Secret[] }
  | {
      readonly source: "referenced";
      readonly parts: readonly KeyPart[];
      readonly aws: AwsSettings;
    };

/** Who may register a client: everybody, those with the initial access token, or nobody. */
export type RegistrationConfig =
  | { readonly mode: "open" }
  | { readonly mode: "token"; readonly token: Secret }
  | { readonly mode: "off" };

/** How and how much is logged. */
export interface LogConfig {
  readonly level: "trace" | "debug" | "info" | "warn" | "error" | "silent";
}

/** Every setting, checked and complete. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** The origin that clients see: scheme, host and port, without a trailing slash. */
  readonly publicUrl: string;
  /** The certificate that is served. Absent: plain HTTP. */
  readonly tls?: TlsFiles;
  readonly upstream: UpstreamConfig;
  readonly privateToken?: PrivateTokenConfig;
  /** The location that a local process works in; with a private token, the token's location. */
  readonly locationId?: string;
  /** `<publicUrl>/oauth/callback` unless set. */
  readonly redirectUri: string;
  readonly apiBaseUrl: string;
  /** The chooselocation page. */
  readonly authorizeUrl: string;
  /** The version id that a draft marketplace app needs. */
  readonly versionId?: string;
  /** Whether sign-ins use PKCE towards GoHighLevel. Absent: `auto`. */
  readonly pkce?: "auto" | "off";
  readonly scopes: readonly string[];
  /** What GoHighLevel's webhooks are verified with, DER in base64. Absent: the key that it publishes. */
  readonly webhookKeys?: { readonly current?: string; readonly legacy?: string };
  readonly storageUrl: string;
  readonly masterKey: MasterKeyConfig;
  /** The spool folder; absent for a store that does not outlive the process. */
  readonly spoolDir?: string;
  readonly log: LogConfig;
  readonly enableSse: boolean;
  /** How long requests are still taken after the word to stop. Absent: not at all. */
  readonly drainMs?: number;
  /** Which proxies are believed about where requests come from. Absent: none. */
  readonly proxyTrust?: ProxyTrust;
  /** Absent: no limit. */
  readonly maxConnections?: number;
  /** Who may read the metrics. Absent: nobody, and none are kept. */
  readonly metricsAccess?: MetricsAccess;
  readonly accessTokenTtlSeconds: number;
  readonly refreshTokenTtlSeconds: number;
  /** Absent: open. */
  readonly registration?: RegistrationConfig;
  /** The clients of the clients file. */
  readonly clients?: readonly PreRegisteredClient[];
  /** The only hosts that metadata documents are read from; absent for all. */
  readonly clientDocumentHosts?: readonly string[];
}
