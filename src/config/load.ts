import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { AppError } from "../core/errors.ts";
import { toSecret } from "../core/secret.ts";
import type { RawSettings } from "./check-settings.ts";
import { chooseHost, readSettings } from "./check-settings.ts";
import { type ClientsFile, readClientsFile } from "./clients-file.ts";
import type { Config, MasterKeyConfig, RegistrationConfig, UpstreamConfig } from "./config.ts";
import { readEnvFile } from "./env-file.ts";
import { toAwsSettings } from "./aws-settings.ts";
import { type KeyPart, readMasterKeys } from "./master-key-setting.ts";
import type { SettingName, Settings } from "./schema.ts";
import { SETTING_ROWS } from "./schema.ts";
import type { TlsFiles } from "./tls-pair.ts";
import { followReference, type SecretReferences } from "./secret-reference.ts";

/** Where settings come from, strongest first: flags, environment, file, defaults. */
export interface ConfigSources {
  /** From the command line, by the name of the setting. */
  readonly flags?: Readonly<Partial<Record<SettingName, string>>>;
  /** Absent: the environment of the process. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** A file that must exist. Absent: `.env` of the working directory, if there is one. */
  readonly envFile?: string;
}

/** The settings, and what a person should hear about them although they are usable. */
export interface LoadedConfig {
  readonly config: Config;
  readonly warnings: readonly string[];
}

/**
 * Reads and checks every setting. Throws `AppError("config_invalid")` with a line for each mistake, or
 * `AppError("env_file_unreadable")`. Creates nothing.
 */
export const loadConfig = (sources: ConfigSources = {}): LoadedConfig => {
  const file = dropEmpty(readEnvFile(sources.envFile ?? ".env", sources.envFile !== undefined));
  const environment = dropEmpty(sources.environment ?? process.env);
  const flags = dropEmpty(sources.flags ?? {});
  const variables = { ...file, ...environment };
  const raw = keepOurs({ ...variables, ...flags });
  const { settings, mistakes } = readSettings(raw);
  const references = toReferences(variables);
  const masterKey = readMasterKey(raw, { variables, references });
  const tls = readPassphrase(raw, references);
  const clients = readClientsFile(raw["OAUTH_CLIENTS_FILE"]);
  const all = [
    ...mistakes,
    ...(typeof masterKey === "string" ? [masterKey] : []),
    ...(typeof tls === "string" ? [tls] : []),
    ...clients.mistakes,
  ];
  const isBroken = typeof masterKey === "string" || typeof tls === "string";
  if (settings === undefined || isBroken || all.length > 0) {
    throw new AppError("config_invalid", listMistakes(all));
  }
  const debug = settings.DEBUG === true && flags["LOG_LEVEL"] === undefined;
  const config = {
    ...toConfig(settings, masterKey, debug),
    ...toTls(settings, tls),
    ...toClientConfig(settings, clients),
  };
  return { config, warnings: findWarnings(raw) };
};

/** An empty value counts as absent, so that a blank line in a copied `.env.example` sets nothing. */
const dropEmpty = (values: Readonly<Record<string, string | undefined>>): RawSettings =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => {
      const text = value?.trim() ?? "";
      return text === "" ? [] : [[name, text]];
    }),
  );

const keepOurs = (values: RawSettings): RawSettings =>
  Object.fromEntries(
    Object.entries(values).filter(([name]) => SETTING_ROWS.has(name) || name.startsWith("GHL_")),
  );

const listMistakes = (mistakes: readonly string[]): string => {
  const head =
    mistakes.length === 1 ? "a setting is wrong" : `${mistakes.length} settings are wrong`;
  return [`${head}:`, ...mistakes.map((line) => `  ${line}`)].join("\n");
};

const toReferences = (variables: RawSettings): SecretReferences => ({
  readFile: (path) => {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return undefined;
    }
  },
  readVariable: (name) => variables[name],
});

/** What opens the key of the certificate, or a line that says what is wrong with it. */
const readPassphrase = (
  { TLS_KEY_PASSPHRASE: value }: RawSettings,
  references: SecretReferences,
): Pick<TlsFiles, "passphrase"> | string => {
  if (value === undefined) return {};
  const followed = followReference(value, references);
  if (followed === undefined) return { passphrase: toSecret(value) };
  return followed.ok
    ? // files end in a line break, which is no part of it
      { passphrase: toSecret(followed.value.replace(/\r?\n$/u, "")) }
    : `TLS_KEY_PASSPHRASE: ${followed.failure}; ${SETTING_ROWS.get("TLS_KEY_PASSPHRASE")?.right ?? ""}`;
};

const toTls = (
  { TLS_CERT_FILE: certificatePath, TLS_KEY_FILE: keyPath }: Settings,
  passphrase: Pick<TlsFiles, "passphrase">,
): Pick<Config, "tls"> =>
  certificatePath === undefined || keyPath === undefined
    ? {}
    : { tls: { certificatePath, keyPath, ...passphrase } };

/** The keys, or a line that says what is wrong with them. */
const readMasterKey = (
  raw: RawSettings,
  {
    variables,
    references,
  }: { readonly variables: RawSettings; readonly references: SecretReferences },
): MasterKeyConfig | string => {
  const text = raw["MASTER_KEY"];
  if (text !== undefined) {
    const keys = readMasterKeys(text, references);
    if (keys.ok) return toMasterKey(keys.value, variables);
    return `MASTER_KEY: ${keys.failure}; ${SETTING_ROWS.get("MASTER_KEY")?.right ?? ""}`;
  }
  const storageUrl = raw["STORAGE_URL"] ?? SETTING_ROWS.get("STORAGE_URL")?.fallback ?? "";
  const databasePath = findDatabasePath(storageUrl);
  if (storageUrl === "memory:") return { source: "ephemeral" };
  // There is no place for a key file that all processes on such a store would share.
  if (databasePath === undefined) {
    return `MASTER_KEY: missing while STORAGE_URL names a database server; ${SETTING_ROWS.get("MASTER_KEY")?.right ?? ""}`;
  }
  return { source: "generated", path: `${databasePath}.key`, databasePath };
};

/** Without a reference to AWS the keys are all there. */
const toMasterKey = (parts: readonly KeyPart[], variables: RawSettings): MasterKeyConfig => {
  const keys = parts.flatMap((part) => (part.kind === "key" ? [part.key] : []));
  return keys.length === parts.length
    ? { source: "given", keys }
    : { source: "referenced", parts, aws: toAwsSettings(variables) };
};

const findDatabasePath = (storageUrl: string): string | undefined =>
  storageUrl.startsWith("sqlite:") ? storageUrl.slice("sqlite:".length) : undefined;

/** Nothing survives a store in memory, so nothing is spooled for it. */
const toSpoolDir = ({ SPOOL_DIR: given, STORAGE_URL: url }: Settings): Pick<Config, "spoolDir"> => {
  if (url === "memory:") return {};
  const databasePath = findDatabasePath(url);
  const folder = databasePath === undefined ? "data" : dirname(databasePath);
  return { spoolDir: given ?? join(folder, "spool") };
};

const toConfig = (settings: Settings, masterKey: MasterKeyConfig, debug: boolean): Config => {
  const scheme = settings.TLS_CERT_FILE === undefined ? "http" : "https";
  const publicUrl = settings.PUBLIC_URL ?? `${scheme}://localhost:${settings.PORT}`;
  const { GHL_VERSION_ID: versionId, GHL_LOCATION_ID: locationId } = settings;
  const privateToken = settings.GHL_PRIVATE_TOKEN;
  return {
    host: settings.HOST ?? chooseHost(settings.PUBLIC_URL),
    port: settings.PORT,
    publicUrl,
    upstream: toUpstream(settings),
    ...(privateToken === undefined || locationId === undefined
      ? {}
      : { privateToken: { token: toSecret(privateToken), locationId } }),
    ...(locationId === undefined ? {} : { locationId }),
    redirectUri: settings.GHL_REDIRECT_URI ?? `${publicUrl}/oauth/callback`,
    apiBaseUrl: settings.GHL_BASE_URL,
    authorizeUrl: settings.GHL_AUTHORIZE_URL,
    ...(versionId === undefined ? {} : { versionId }),
    pkce: settings.GHL_PKCE,
    scopes: settings.GHL_SCOPES,
    webhookKeys: toWebhookKeys(settings),
    storageUrl: settings.STORAGE_URL,
    masterKey,
    ...toSpoolDir(settings),
    log: { level: debug && settings.LOG_LEVEL !== "trace" ? "debug" : settings.LOG_LEVEL },
    enableSse: settings.ENABLE_SSE,
    maxConnections: settings.MAX_CONNECTIONS,
    ...(settings.TRUSTED_PROXIES === undefined
      ? {}
      : {
          proxyTrust: {
            proxies: settings.TRUSTED_PROXIES,
            header: settings.TRUSTED_PROXY_HEADER,
          },
        }),
    drainMs: settings.DRAIN_SECONDS * 1000,
    ...toMetrics(settings),
    accessTokenTtlSeconds: settings.ACCESS_TOKEN_TTL,
    refreshTokenTtlSeconds: settings.REFRESH_TOKEN_TTL,
  };
};

const toMetrics = ({
  METRICS: mode,
  METRICS_TOKEN: token,
}: Settings): Pick<Config, "metricsAccess"> => {
  if (mode === "loopback") return { metricsAccess: { mode } };
  // The rules between settings refuse the mode `token` without one; were they to fail, nobody reads.
  if (mode === "off" || token === undefined) return {};
  return { metricsAccess: { mode, token: toSecret(token) } };
};

const toWebhookKeys = ({
  GHL_WEBHOOK_PUBLIC_KEY: current,
  GHL_WEBHOOK_LEGACY_KEY: legacy,
}: Settings): NonNullable<Config["webhookKeys"]> => ({
  ...(current === undefined ? {} : { current }),
  ...(legacy === undefined ? {} : { legacy }),
});

type ClientSettings = Pick<Config, "registration" | "clients" | "clientDocumentHosts">;

const toClientConfig = (settings: Settings, { clients }: ClientsFile): ClientSettings => ({
  registration: toRegistration(settings),
  clients,
  ...(settings.CLIENT_DOCUMENT_HOSTS === undefined
    ? {}
    : { clientDocumentHosts: settings.CLIENT_DOCUMENT_HOSTS }),
});

const toRegistration = (settings: Settings): RegistrationConfig => {
  const { OAUTH_REGISTRATION: mode, OAUTH_REGISTRATION_TOKEN: token } = settings;
  if (mode !== "token") return { mode };
  // The rules between settings refuse this mode without a token; were they to fail, nobody registers.
  return token === undefined ? { mode: "off" } : { mode, token: toSecret(token) };
};

const toUpstream = (settings: Settings): UpstreamConfig => {
  const { GHL_CLIENT_ID: clientId, GHL_CLIENT_SECRET: clientSecret } = settings;
  if (clientId !== undefined && clientSecret !== undefined) {
    return { mode: "oauth", clientId, clientSecret: toSecret(clientSecret) };
  }
  if (settings.GHL_MODE === "live") return { mode: "token_entry" };
  return { mode: settings.GHL_PRIVATE_TOKEN === undefined ? "sandbox" : "private_token" };
};

const findWarnings = (raw: RawSettings): readonly string[] =>
  Object.keys(raw)
    .filter((name) => !SETTING_ROWS.has(name))
    .map((name) => `${name}: no such setting, ignored`);
