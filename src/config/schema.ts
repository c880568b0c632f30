import { isIP } from "node:net";
import { z } from "zod";
import { origin, pageUrl, url } from "./address.ts";
import { readPublicKey } from "./webhook-key.ts";

/** What people are told about one setting. docs/configuration.md is tested against these rows. */
export interface SettingInfo {
  /** One line for the documentation. */
  readonly meaning: string;
  /** What would be right; the end of every message about a wrong value. */
  readonly right: string;
  /** The value that counts when none is given. */
  readonly fallback?: string;
  /** The default as the documentation words it, where it depends on other settings. */
  readonly shownDefault?: string;
  /** The value is never repeated in a message. */
  readonly secret?: true;
  /** The command-line option that sets it. */
  readonly flag?: string;
}

const DEFAULT_SCOPES = [
  "contacts.readonly",
  "contacts.write",
  "opportunities.readonly",
  "opportunities.write",
  "calendars.readonly",
  "calendars.write",
  "calendars/events.readonly",
  "calendars/events.write",
  "conversations.readonly",
  "conversations/message.readonly",
  "conversations/message.write",
  "workflows.readonly",
  "locations.readonly",
  "users.readonly",
  "locations/customFields.readonly",
  "locations/customValues.readonly",
  "oauth.readonly",
  "oauth.write",
] as const;

/** Every setting, in the order of the documentation. */
export const SETTINGS = {
  GHL_MODE: {
    meaning:
      "`auto`: live with an app or a private token, else the sandbox; `live`: live also without both, then people connect with private integration tokens of their own",
    right: "give one of: auto, live",
    fallback: "auto",
  },
  GHL_CLIENT_ID: {
    meaning:
      "client id of the marketplace app; without app and token, serve and login use the sandbox",
    right: "copy it from the app's page in the marketplace, without spaces",
  },
  GHL_CLIENT_SECRET: {
    meaning: "client secret of the marketplace app",
    right: "copy it from the app's page in the marketplace, without spaces",
    secret: true,
  },
  GHL_REDIRECT_URI: {
    meaning:
      "where GoHighLevel sends the browser back to; equal to the app's setting, byte for byte",
    right: "give an address such as https://mcp.example.com/oauth/callback",
    shownDefault: "`<PUBLIC_URL>/oauth/callback`",
  },
  GHL_BASE_URL: {
    meaning: "base of the GoHighLevel API",
    right: "give an https address without a query",
    fallback: "https://services.leadconnectorhq.com",
  },
  GHL_AUTHORIZE_URL: {
    meaning:
      "GoHighLevel's sign-in page; for the white-label domain `https://marketplace.leadconnectorhq.com/v2/oauth/chooselocation`",
    right: "give the https address of the page up to the question mark",
    fallback: "https://marketplace.gohighlevel.com/v2/oauth/chooselocation",
  },
  GHL_VERSION_ID: {
    meaning: "version id of the marketplace app, needed while the app is a draft",
    right: "copy the version_id of the app's installation link",
  },
  GHL_PKCE: {
    meaning:
      "whether sign-ins use PKCE towards GoHighLevel: `auto` until its token endpoint refuses it, `off` never; for a sign-in page that fails over it",
    right: "give one of: auto, off",
    fallback: "auto",
  },
  GHL_SCOPES: {
    meaning: "what GoHighLevel is asked for, separated by spaces",
    right: "separate the names by spaces, such as: contacts.readonly contacts.write",
    fallback: DEFAULT_SCOPES.join(" "),
    shownDefault: "see below",
  },
  GHL_PRIVATE_TOKEN: {
    meaning: "a private integration token for one location, for `ghl-mcp stdio`",
    right: "copy it from Settings, Private Integrations of the location",
    secret: true,
  },
  GHL_LOCATION_ID: {
    meaning: "the location of the private token, or the one that `ghl-mcp stdio` works in",
    right: "copy it from the location's address, such as ve9EPM428h8vShlRW1KT",
  },
  GHL_WEBHOOK_PUBLIC_KEY: {
    meaning: "key that GoHighLevel's webhooks are verified with: an Ed25519 public key",
    right: "give the Ed25519 public key as PEM, or the base64 between its first and last line",
    shownDefault: "the key that GoHighLevel publishes",
  },
  GHL_WEBHOOK_LEGACY_KEY: {
    meaning:
      "RSA public key for webhooks with the older signature `X-WH-Signature`; without it they are refused",
    right: "give the RSA public key as PEM, or the base64 between its first and last line",
  },
  PORT: {
    meaning: "port that the server listens on",
    right: "give a whole number from 1 to 65535",
    fallback: "8000",
    flag: "--port <number>",
  },
  HOST: {
    meaning: "address that the server listens on",
    right: "give an IP address or a host name, such as 127.0.0.1",
    shownDefault: "`127.0.0.1`; `0.0.0.0` once `PUBLIC_URL` is not this machine",
    flag: "--host <address>",
  },
  PUBLIC_URL: {
    meaning: "origin under which clients reach the server; https unless it is this machine",
    right: "give scheme, host and port alone, such as https://mcp.example.com",
    shownDefault: "`http://localhost:<PORT>`; `https` with `TLS_CERT_FILE`",
    flag: "--public-url <origin>",
  },
  TLS_CERT_FILE: {
    meaning:
      "PEM file with the certificate and its chain, to serve TLS without a proxy; read again when it changes; see [deployment.md](deployment.md#tls-without-a-proxy)",
    right: "give the path of a PEM file, such as /etc/ssl/ghl-mcp/fullchain.pem",
  },
  TLS_KEY_FILE: {
    meaning: "PEM file with the key of the certificate",
    right: "give the path of a PEM file, such as /etc/ssl/ghl-mcp/privkey.pem",
  },
  TLS_KEY_PASSPHRASE: {
    meaning:
      "what opens an encrypted key: the passphrase itself, `file:<path>` or `env:<name>`; read once, at the start",
    right: "give the passphrase, or a reference: file:<path> or env:<name>",
    secret: true,
  },
  STORAGE_URL: {
    meaning:
      "where connections and grants are kept: `sqlite:<file>`, `postgres://…`, `redis://…`, `rediss://…`, or `memory:` for nothing kept; see [storage.md](storage.md)",
    right:
      "give sqlite: and a file, such as sqlite:./data/ghl-mcp.db, the address of a database, such as postgres://user@host/database or redis://host, or memory:",
    fallback: "sqlite:./data/ghl-mcp.db",
    // A database URL may carry a password.
    secret: true,
    flag: "--storage-url <url>",
  },
  MASTER_KEY: {
    meaning:
      "key that encrypts the stored tokens: 32 bytes in base64, or `file:<path>`, `env:<name>` or `aws-secretsmanager:<arn or name>`; several, separated by spaces, form a ring whose first encrypts",
    right:
      "give 32 bytes in base64 (openssl rand -base64 32), or a reference: file:<path>, env:<name> or aws-secretsmanager:<arn or name>",
    shownDefault: "made on the first start beside the SQLite file, mode 0600",
    secret: true,
  },
  SPOOL_DIR: {
    meaning:
      "folder of this machine where new GoHighLevel tokens lie, sealed, until the store has them; kept over restarts; see [storage.md](storage.md#the-spool)",
    right: "give the path of a folder that the server may write to, such as ./data/spool",
    shownDefault: "`spool` beside the SQLite file; `./data/spool` for PostgreSQL and Redis",
  },
  LOG_LEVEL: {
    meaning: "least severe log lines that are written: trace, debug, info, warn, error or silent",
    right: "give one of: trace, debug, info, warn, error, silent",
    fallback: "info",
    flag: "--log-level <level>",
  },
  DEBUG: {
    meaning: "`true` sets the log level to debug; values meant for other programs are ignored",
    right: "give true or false",
  },
  ENABLE_SSE: {
    meaning: "whether the legacy HTTP+SSE transport answers at `/sse`",
    right: "give true or false",
    fallback: "true",
  },
  TRUSTED_PROXIES: {
    meaning:
      "proxies whose word on where a request comes from counts for rate limits: addresses or networks, separated by spaces; see [operations.md](operations.md#behind-a-proxy)",
    right: "separate addresses and networks by spaces, such as: 127.0.0.1 10.0.0.0/8 fd00::/8",
    shownDefault: "none",
  },
  TRUSTED_PROXY_HEADER: {
    meaning: "the one header that these proxies write: `x-forwarded-for` or `forwarded`",
    right: "give one of: x-forwarded-for, forwarded",
    fallback: "x-forwarded-for",
  },
  MAX_CONNECTIONS: {
    meaning: "connections that are open at a time; more are closed as they come",
    right: "give a whole number from 1 to 1000000",
    fallback: "10000",
  },
  DRAIN_SECONDS: {
    meaning:
      "seconds that requests are still taken after the word to stop, while `/health/ready` says 503 already; see [operations.md](operations.md#health)",
    right: "give a whole number of seconds from 0 to 300",
    fallback: "0",
  },
  METRICS: {
    meaning:
      "who may read `/metrics`: `loopback` for programs on this machine, `token` for those with the token, `off` for nobody; see [operations.md](operations.md#metrics)",
    right: "give one of: loopback, token, off",
    fallback: "loopback",
  },
  METRICS_TOKEN: {
    meaning: "token that a reader of the metrics must send, with `METRICS=token`",
    right: "give at least 22 letters and digits, such as from: openssl rand -hex 32",
    secret: true,
  },
  ACCESS_TOKEN_TTL: {
    meaning: "seconds that an access token of an MCP client lives, at most a day",
    right: "give a whole number of seconds from 1 to 86400",
    fallback: "28800",
  },
  REFRESH_TOKEN_TTL: {
    meaning: "seconds that a refresh token of an MCP client lives when unused, at most a year",
    right: "give a whole number of seconds from 1 to 31536000, above ACCESS_TOKEN_TTL",
    fallback: "5184000",
  },
  OAUTH_CLIENTS_FILE: {
    meaning:
      "JSON file with the MCP clients that are known beforehand; see [clients.md](clients.md)",
    right: "give the path of a JSON file that holds a list of clients, as docs/clients.md shows",
  },
  OAUTH_REGISTRATION: {
    meaning:
      "who may register an MCP client: `open` for all, `token` for those with the token, `off` for nobody",
    right: "give one of: open, token, off",
    fallback: "open",
  },
  OAUTH_REGISTRATION_TOKEN: {
    meaning: "token that a client must send to register, with `OAUTH_REGISTRATION=token`",
    right: "give at least 22 letters and digits, such as from: openssl rand -hex 32",
    secret: true,
  },
  CLIENT_DOCUMENT_HOSTS: {
    meaning: "the only hosts that client metadata documents are read from, separated by spaces",
    right: "separate the hosts by spaces, such as: claude.ai chatgpt.com",
    shownDefault: "every public host",
  },
} as const satisfies Readonly<Record<string, SettingInfo>>;

/** The name of a setting: its environment variable. */
export type SettingName = keyof typeof SETTINGS;

/** The rows as plain data, for code that walks over all of them. */
export const SETTING_ROWS: ReadonlyMap<string, SettingInfo> = new Map(Object.entries(SETTINGS));

const withoutSpaces = z.string().regex(/^\S+$/u, "contains a space or a line break");

const wholeNumber = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^\d{1,10}$/u, "is not a whole number")
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, "is out of range");

const flag = z
  .string()
  .toLowerCase()
  .pipe(z.enum(["true", "false", "1", "0", "yes", "no", "on", "off"], "is neither true nor false"))
  .transform((value) => ["true", "1", "yes", "on"].includes(value));

const bearerToken = z
  .string()
  .regex(/^[\w.~+/-]+=*$/u, "has characters that no header can carry")
  .min(22, "is too short");

const scopes = z
  .string()
  .refine((value) => !value.includes(","), "contains a comma")
  .transform((value) => value.split(/\s+/u));

const hosts = z
  .string()
  .toLowerCase()
  .regex(/^[a-z0-9.-]+(?::\d{1,5})?(?:\s+[a-z0-9.-]+(?::\d{1,5})?)*$/u, "is not a list of hosts")
  .transform((value) => value.split(/\s+/u));

const isNetwork = (text: string): boolean => {
  const [address = "", bits, ...rest] = text.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  // All of the internet would believe everybody.
  return (
    bits === undefined ||
    (/^[1-9]\d{0,2}$/u.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
  );
};

const networks = z
  .string()
  .transform((value) => value.split(/\s+/u))
  .refine((list) => list.every(isNetwork), "is not a list of addresses and networks");

const publicKey = (type: "ed25519" | "rsa") =>
  z.string().transform((text, context) => {
    const key = readPublicKey(text, type);
    if (key !== undefined) return key;
    context.addIssue({ code: "custom", message: "is not such a key" });
    return z.NEVER;
  });

/** Reads every setting from its text; the rules between settings are in check-settings.ts. */
export const settingsSchema = z.object({
  GHL_MODE: z
    .string()
    .toLowerCase()
    .pipe(z.enum(["auto", "live"], "is not a mode")),
  GHL_CLIENT_ID: withoutSpaces.optional(),
  GHL_CLIENT_SECRET: withoutSpaces.optional(),
  // Kept as written: GoHighLevel compares it byte for byte.
  GHL_REDIRECT_URI: url.optional(),
  GHL_BASE_URL: pageUrl,
  GHL_AUTHORIZE_URL: pageUrl,
  GHL_VERSION_ID: withoutSpaces.optional(),
  GHL_PKCE: z
    .string()
    .toLowerCase()
    .pipe(z.enum(["auto", "off"], "is neither auto nor off")),
  GHL_SCOPES: scopes,
  GHL_PRIVATE_TOKEN: withoutSpaces.optional(),
  GHL_LOCATION_ID: z
    .string()
    .regex(/^[\w-]+$/u, "is not a location id")
    .optional(),
  GHL_WEBHOOK_PUBLIC_KEY: publicKey("ed25519").optional(),
  GHL_WEBHOOK_LEGACY_KEY: publicKey("rsa").optional(),
  PORT: wholeNumber(1, 65_535),
  HOST: z
    .string()
    .regex(/^[\w.:%-]+$/u, "is not an address")
    .optional(),
  PUBLIC_URL: origin.optional(),
  TLS_CERT_FILE: z.string().optional(),
  TLS_KEY_FILE: z.string().optional(),
  TLS_KEY_PASSPHRASE: z.string().optional(),
  STORAGE_URL: z
    .string()
    .regex(
      /^(?:sqlite:(?!:memory:|\/\/).+|memory:|(?:postgres(?:ql)?|rediss?):\/\/.+)$/u,
      "does not name a store of this server",
    ),
  MASTER_KEY: z.string().optional(),
  SPOOL_DIR: z.string().optional(),
  LOG_LEVEL: z
    .string()
    .toLowerCase()
    .pipe(z.enum(["trace", "debug", "info", "warn", "error", "silent"], "is not a log level")),
  DEBUG: flag.catch(false).optional(),
  ENABLE_SSE: flag,
  TRUSTED_PROXIES: networks.optional(),
  TRUSTED_PROXY_HEADER: z
    .string()
    .toLowerCase()
    .pipe(z.enum(["x-forwarded-for", "forwarded"], "is not such a header")),
  MAX_CONNECTIONS: wholeNumber(1, 1_000_000),
  DRAIN_SECONDS: wholeNumber(0, 300),
  METRICS: z
    .string()
    .toLowerCase()
    .pipe(z.enum(["loopback", "token", "off"], "does not say who may read them")),
  METRICS_TOKEN: bearerToken.optional(),
  ACCESS_TOKEN_TTL: wholeNumber(1, 86_400),
  REFRESH_TOKEN_TTL: wholeNumber(1, 31_536_000),
  OAUTH_CLIENTS_FILE: z.string().optional(),
  OAUTH_REGISTRATION: z
    .string()
    .toLowerCase()
    .pipe(z.enum(["open", "token", "off"], "is not a rule for registering")),
  OAUTH_REGISTRATION_TOKEN: bearerToken.optional(),
  CLIENT_DOCUMENT_HOSTS: hosts.optional(),
} satisfies Readonly<Record<SettingName, z.ZodType>>);

/** All settings, each read from its text. */
export type Settings = z.infer<typeof settingsSchema>;
