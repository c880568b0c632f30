import { resolve } from "node:path";
import packageJson from "../package.json" with { type: "json" };
import type { Config } from "./config/config.ts";
import { loadMasterKeys } from "./config/master-key.ts";
import { openTlsPair, readTlsPair } from "./config/tls-pair.ts";
import type { AuditTrail } from "./core/audit.ts";
import { type ChangeFeed, createChangeFeed } from "./core/changes.ts";
import { lazy } from "./core/lazy.ts";
import type { Clock } from "./core/clock.ts";
import type { EventChannel } from "./core/events.ts";
import { systemClock } from "./core/clock.ts";
import type { HttpClient } from "./core/http-client.ts";
import type { Logger } from "./core/logger.ts";
import type { ReadableMetrics } from "./core/metrics.ts";
import type { Principal } from "./core/principal.ts";
import type { ReadinessChecks } from "./core/readiness.ts";
import { ok } from "./core/result.ts";
import { traceHttp, traceLog, traceRequest } from "./core/traced.ts";
import { type Tracing, silentTracing } from "./core/tracing.ts";
import { watchUpstream } from "./core/upstream-watch.ts";
import type { UsageLog } from "./core/usage.ts";
import { createProcessCourier } from "./courier/spawn-courier.ts";
import { equalSecret, hashToken } from "./crypto/hash.ts";
import type { Keyring } from "./crypto/keyring.ts";
import { createKeyring, mac } from "./crypto/keyring.ts";
import type { Random } from "./crypto/random.ts";
import { systemRandom } from "./crypto/random.ts";
import type { GhlApiClient } from "./ghl/client.ts";
import { createGhlClient } from "./ghl/client.ts";
import { randomJitter } from "./ghl/jitter.ts";
import type { ConfirmationKeeper } from "./mcp/ports.ts";
import type { McpSurface } from "./mcp/surface.ts";
import { createGuardedFetch, type GuardedFetch } from "./net/guarded-fetch.ts";
import { createGuardedFileFetch } from "./net/guarded-file.ts";
import { createHttpClient } from "./net/undici-http-client.ts";
import type { AuthorizationServer } from "./oauth/authorization-server.ts";
import type { ClientSource } from "./oauth/clients/client.ts";
import { createCountedStore } from "./storage/counted-store.ts";
import { createAuditTrail } from "./storage/audit-trail.ts";
import { checkMasterKey, isKeyRight } from "./storage/key-canary.ts";
import type { StoreEventChannel } from "./storage/event-channel.ts";
import { openEventChannel, openRecordStore } from "./storage/open.ts";
import type { RecordStore } from "./storage/record-store.ts";
import { openSpoolFolder } from "./storage/spool-folder.ts";
import { startFlushing, startSweeping } from "./storage/store-rounds.ts";
import { createUsageLog } from "./storage/usage-log.ts";
import type { CookieKeys } from "./transport/cookie-keys.ts";
import type { HttpServer, HttpServerDeps } from "./transport/http-server.ts";
import type { UpkeptUpstream, UpstreamDeps, UpstreamSettings } from "./upstream/create-upstream.ts";
import { createUpstream } from "./upstream/create-upstream.ts";
import type { RefreshTrace } from "./upstream/refresh-trace.ts";
import type { Upstream } from "./upstream/upstream.ts";

export type { UpstreamSettings } from "./upstream/create-upstream.ts";
export type { LoginFailure, Upstream } from "./upstream/upstream.ts";
// What the commands that look after the store and its keys work with; none of them starts an app.
export { copyStore } from "./storage/copy-store.ts";
export type { KeyRotation, KeyState, KeyUpkeep } from "./storage/key-upkeep.ts";
export { openKeyUpkeep } from "./storage/key-upkeep.ts";
export { openRecordStore } from "./storage/open.ts";
// What `doctor` looks with.
export { isStoreMade } from "./storage/open.ts";
export { probeStore } from "./storage/probe-store.ts";
export { probeCredentials } from "./upstream/probe-credentials.ts";

/** The version of this program. */
export const VERSION: string = packageJson.version;

/** The parts of an app that touch the machine, and where GoHighLevel is. */
export interface AppDeps {
  readonly http: HttpClient;
  /** How client metadata documents are fetched; tests put a host of their own behind it. */
  readonly clientDocuments?: GuardedFetch;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: UpstreamSettings;
  /** Makes what carries refreshes to GoHighLevel. Absent: the app sends them itself. */
  readonly makeCourier?: typeof createProcessCourier;
  /** Hears the steps of token refreshes. Absent: the log does. */
  readonly trace?: RefreshTrace;
  /** Limits other than the server's own, for measuring and for tests. */
  readonly rates?: HttpServerDeps["rates"];
  /** What processes on the store tell each other. Absent: nothing is remembered between requests. */
  readonly events?: EventChannel;
  /** Counts what happens. Absent: nobody does, and there is nothing to read. */
  readonly metrics?: ReadableMetrics;
  /** Follows requests from program to program. Absent: nobody does. */
  readonly tracing?: Tracing;
}

/** A wired app on an open store. */
export interface App {
  readonly upstream: Upstream;
  readonly ghl: GhlApiClient;
  readonly audit: AuditTrail;
  /** Counts the calls of `ghl`. */
  readonly usage: UsageLog;
  /** What MCP clients sign in to. Loaded when first asked for; the same each time. */
  openAuthorization(): Promise<AuthorizationServer>;
  /** What MCP clients see and do. Loaded when first asked for; the same each time. */
  openSurface(): Promise<McpSurface>;
  /**
   * Starts to serve HTTP, or HTTPS where the settings have a certificate. Throws
   * `AppError("port_in_use")`, and `config_invalid` for a certificate that cannot be used.
   */
  listen(): Promise<{ readonly port: number }>;
  /** Looks at once whether the files of the certificate have changed. */
  lookAtCertificate(): Promise<void>;
  /** Refreshes the tokens of all connections ahead of their end, until the app is closed. */
  refreshAhead(): void;
  /** Speaks MCP on stdin and stdout for one principal; resolves when stdin ends. */
  serveStdio(principal: Principal): Promise<void>;
  /**
   * Says at once that it is not ready, goes on for the drain time of the settings, then stops taking
   * requests, lets running ones finish for up to `graceMs`, and refreshes of tokens in any
   * case, then closes the store. The HTTP client that was handed in stays open. Safe to call twice.
   */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

/** The machine's own HTTP client, clock, randomness and processes. */
export const systemParts = (): Pick<AppDeps, "http" | "clock" | "random" | "makeCourier"> => ({
  http: createHttpClient(),
  makeCourier: createProcessCourier,
  clock: systemClock,
  random: systemRandom,
});

/**
 * Opens the store and wires every part over it. Throws `AppError("config_invalid")` for clients that
 * break a rule, and what the store and the master key throw: `master_key_invalid`,
 * `storage_unavailable`; then nothing is left open.
 */
export const createApp = async (config: Config, given: AppDeps): Promise<App> => {
  const deps = withTracing(given);
  const knownClients = await openKnownClients(config);
  const keyring = createKeyring(await loadMasterKeys(config.masterKey, deps));
  const opened = await openRecordStore(config.storageUrl, deps);
  const store = deps.metrics === undefined ? opened : createCountedStore(opened, deps.metrics);
  const events = await openEventChannel(config.storageUrl, { ...deps, ownId: deps.random.id() });
  try {
    await checkMasterKey({ store, keyring, random: deps.random });
  } catch (cause) {
    await store.close();
    throw cause;
  }
  const app = wire(config, { ...deps, keyring, store, events, knownClients });
  await app.upstream.upkeep.restore();
  return app;
};

/** The clients of the settings. Where there are none, what would check them is not loaded. */
const openKnownClients = async ({ clients = [] }: Config): Promise<ClientSource> => {
  if (clients.length === 0) return { kind: "pre_registered", find: async () => ok(undefined) };
  const { createPreRegisteredClients } = await import("./oauth/clients/pre-registered.ts");
  return createPreRegisteredClients(clients);
};

/** What goes out carries the trace of its request, and log lines name it. */
const withTracing = (deps: AppDeps): AppDeps & Required<Pick<AppDeps, "tracing">> => {
  const { tracing = silentTracing } = deps;
  return deps.tracing === undefined
    ? { ...deps, tracing }
    : { ...deps, tracing, http: traceHttp(deps.http, tracing), log: traceLog(deps.log, tracing) };
};

type WiredDeps = ReturnType<typeof withTracing> & {
  readonly keyring: Keyring;
  readonly store: RecordStore;
  readonly events: StoreEventChannel;
  /** The clients of the settings. */
  readonly knownClients: ClientSource;
};

const wire = (config: Config, deps: WiredDeps): App & Services => {
  const services = wireServices(config, deps);
  const { openSurface } = services;
  const { clock, events, log, store } = deps;
  const sweeping = startSweeping(deps);
  const flushing = startFlushing({ clock, jitter: randomJitter }, services.usage);
  let server: HttpServer | undefined;
  let closing: Promise<void> | undefined;
  return {
    ...services,
    // The transports are loaded by those who use them, so that other commands start sooner.
    listen: async () => {
      const { createHttpServer } = await import("./transport/http-server.ts");
      const tls = await openTls(config, deps);
      // Before anyone is connected: later each of these would hold up whoever is.
      await Promise.all([deps.http.open?.(), openSurface().then((surface) => surface.prepare())]);
      events.start();
      server ??= createHttpServer({ ...(await openServerDeps(config, deps, services)), ...tls });
      return server.listen({ host: config.host, port: config.port });
    },
    lookAtCertificate: async () => server?.lookAtCertificate(),
    refreshAhead: () => {
      services.upstream.upkeep.start();
    },
    serveStdio: async (principal) => {
      const { serveStdio } = await import("./transport/stdio.ts");
      events.start();
      await serveStdio({ openSurface, version: VERSION, principal, log, clock });
    },
    close: (options) => {
      closing ??= (async () => {
        await server?.close({ drainMs: config.drainMs ?? 0, ...options });
        await services.upstream.upkeep.stop();
        await sweeping.stop();
        await flushing.stop();
        await events.close();
        await store.close();
      })();
      return closing;
    },
  };
};

type Services = Pick<App, "ghl" | "audit" | "usage" | "openAuthorization" | "openSurface"> & {
  readonly upstream: UpkeptUpstream;
  /** How the last request to GoHighLevel ended. */
  lastUpstream(): ReadinessChecks["upstream"];
};

const wireServices = (config: Config, given: WiredDeps): Services => {
  const watched = watchUpstream(given.http);
  const deps = { ...given, http: watched.http };
  const { clock, http, log, metrics, settings, tracing } = deps;
  const watching = { tracing, ...(metrics !== undefined && { metrics }) };
  const audit = createAuditTrail(deps);
  const usage = createUsageLog(deps);
  const changes = createChangeFeed(deps.events);
  const upstream = createUpstream({
    ...deps,
    config: settings,
    audit,
    changes,
    ...createSpooling(config, deps),
    revokeGrantsOf: async (id, givenBy) =>
      (await openAuthorization()).revokeGrantsOfConnection(id, { by: "webhook", givenBy }),
  });
  const ghl = createGhlClient({
    apiBaseUrl: settings.apiBaseUrl,
    tokens: upstream.tokens,
    http,
    files: createGuardedFileFetch(),
    clock,
    log,
    usage,
    ...watching,
  });
  metrics?.watch({ rateBudgets: () => ghl.rateLimits() });
  const openAuthorization = lazy(() => loadAuthorization(config, { ...deps, audit }));
  const openSurface = lazy(() => loadSurface({ ...deps, upstream, ghl, changes }));
  const lastUpstream = watched.last;
  return { upstream, openAuthorization, openSurface, ghl, audit, usage, lastUpstream };
};

/** The server that MCP clients sign in to. Over stdio and for most commands nobody does. */
const loadAuthorization = async (
  { clientDocumentHosts: allowedHosts, ...config }: Config,
  deps: WiredDeps & Pick<Services, "audit">,
): Promise<AuthorizationServer> => {
  const { createAuthorizationServer } = await import("./oauth/create-authorization-server.ts");
  const { createFetchedClients } = await import("./oauth/clients/fetched-clients.ts");
  const { documents, keySets } = createFetchedClients({
    ...deps,
    fetcher: deps.clientDocuments ?? createGuardedFetch(),
    ...(allowedHosts === undefined ? {} : { allowedHosts }),
  });
  return createAuthorizationServer({
    ...deps,
    settings: {
      issuer: config.publicUrl,
      accessTokenTtlSeconds: config.accessTokenTtlSeconds,
      refreshTokenTtlSeconds: config.refreshTokenTtlSeconds,
      ...(config.registration === undefined ? {} : { registration: config.registration }),
    },
    clientSources: [deps.knownClients, documents],
    keySets,
  });
};

/** What MCP clients see, with the SDK and the schemas of all tools. */
const loadSurface = async ({
  upstream,
  ghl,
  changes,
  ...deps
}: WiredDeps &
  Pick<Services, "upstream" | "ghl"> & { readonly changes: ChangeFeed }): Promise<McpSurface> => {
  const { createMcpSurface } = await import("./mcp/surface.ts");
  const { clock, log, metrics, settings, tracing } = deps;
  return createMcpSurface({
    ghl,
    connections: {
      findConnection: upstream.recallConnection,
      listLocations: upstream.listLocations,
    },
    clock,
    log,
    tracing,
    ...(metrics !== undefined && { metrics }),
    confirmations: createConfirmationKeeper(deps),
    version: VERSION,
    mode: isSandbox(settings) ? "sandbox" : "live",
    scopes: settings.scopes,
    changes,
  });
};

/** Where answers to refreshes lie until the store has them, and who brings them there. */
const createSpooling = (
  { spoolDir, storageUrl }: Config,
  { makeCourier, log, tracing }: WiredDeps,
): Pick<UpstreamDeps, "spool" | "courier"> => {
  // A command may have put memory in the place of the store of the settings.
  if (spoolDir === undefined || storageUrl === "memory:") return {};
  const spool = openSpoolFolder(spoolDir, { log });
  if (makeCourier === undefined) return { spool };
  const courier = makeCourier({ spoolDir: resolve(spoolDir), log });
  const carry: typeof courier.carry = (request, slot) =>
    courier.carry(traceRequest(request, tracing), slot);
  return { spool, courier: { carry } };
};

/** The certificate of the settings, which must be good for a start. */
const openTls = async ({ tls }: Config, deps: WiredDeps): Promise<Pick<HttpServerDeps, "tls">> =>
  tls === undefined
    ? {}
    : { tls: { pair: await openTlsPair(tls, deps), read: () => readTlsPair(tls) } };

const openServerDeps = async (
  { enableSse, maxConnections, metricsAccess, proxyTrust, publicUrl }: Config,
  deps: WiredDeps,
  services: Services,
): Promise<HttpServerDeps> => ({
  ...services,
  authorization: await services.openAuthorization(),
  surface: await services.openSurface(),
  events: deps.events,
  rateBudgets: (isWanted) => services.ghl.rateLimits(isWanted),
  publicUrl,
  enableSse,
  sandbox: isSandbox(deps.settings),
  requestedScopes: deps.settings.scopes,
  cookieKeys: createCookieKeys(deps),
  clock: deps.clock,
  ...(proxyTrust !== undefined && { proxyTrust }),
  ...(maxConnections !== undefined && { maxConnections }),
  ...(deps.rates !== undefined && { rates: deps.rates }),
  ...(deps.metrics !== undefined && { metrics: deps.metrics }),
  ...(deps.metrics !== undefined &&
    metricsAccess !== undefined && {
      metricsEndpoint: { access: metricsAccess, metrics: deps.metrics },
    }),
  log: deps.log,
  tracing: deps.tracing,
  checkReadiness: () => checkReadiness(deps, services.lastUpstream()),
});

const isSandbox = ({ environment }: UpstreamSettings): boolean => environment === "sandbox";

const createCookieKeys = ({ keyring, random }: WiredDeps): CookieKeys => ({
  mac: (purpose, value) => mac(keyring, purpose, value),
  equal: equalSecret,
  random: () => random.token(),
});

/** Confirmations wait in the store, so that any instance can take the answer to a question of another. */
const createConfirmationKeeper = ({ keyring, random, store }: WiredDeps): ConfirmationKeeper => ({
  put: async (key, value, expiresAt) => {
    await store.put({ namespace: "confirmation", key }, value, { expiresAt });
  },
  take: async (key) => (await store.take({ namespace: "confirmation", key }))?.value,
  mac: (value) => mac(keyring, "confirmation", value),
  equal: equalSecret,
  hash: hashToken,
  newId: () => random.id(),
});

/** One read of the store, whose answer only the right key opens. */
const checkReadiness = (
  deps: WiredDeps,
  upstream: ReadinessChecks["upstream"],
): Promise<ReadinessChecks> =>
  isKeyRight(deps).then(
    (right) => ({ store: "ok", key: right ? "ok" : "failed", upstream }),
    () => ({ store: "failed", key: "unknown", upstream }),
  );
