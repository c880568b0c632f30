import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type App, type AppDeps, createApp } from "../../src/app.ts";
import type { Config } from "../../src/config/config.ts";
import { type Clock, systemClock } from "../../src/core/clock.ts";
import type { Logger } from "../../src/core/logger.ts";
import { toSecret } from "../../src/core/secret.ts";
import { type Random, systemRandom } from "../../src/crypto/random.ts";
import type { GuardedFetchSettings } from "../../src/net/guarded-fetch.ts";
import { createGuardedFetch } from "../../src/net/guarded-fetch.ts";
import { createHttpClient } from "../../src/net/undici-http-client.ts";
import type { RunningSandbox } from "../../src/sandbox/sandbox.ts";
import { startSandbox } from "../../src/sandbox/start-sandbox.ts";
import { findFreePort } from "./free-port.ts";
import { createMemoryLogger } from "./memory-logger.ts";

/** The scopes that the tests' marketplace app asks for. */
const DEFAULT_TEST_SCOPES: readonly string[] = [
  "contacts.readonly",
  "contacts.write",
  "opportunities.readonly",
  "opportunities.write",
  "workflows.readonly",
  "locations.readonly",
  "locations/tags.readonly",
  "locations/customFields.readonly",
  "locations/customValues.readonly",
  "users.readonly",
  "oauth.readonly",
  "oauth.write",
];

/** A whole server on loopback with its own sandbox and its own SQLite file. */
export interface RunningApp {
  readonly app: App;
  readonly sandbox: RunningSandbox;
  readonly publicUrl: string;
  readonly mcpUrl: URL;
  readonly config: Config;
  readonly databasePath: string;
  /** Every log line so far, as JSON. */
  readonly logLines: readonly string[];
  close(): Promise<void>;
}

/** What a test may choose. */
export interface RunningAppOptions {
  readonly clock?: Clock;
  readonly config?: Partial<Config>;
  readonly log?: Logger;
  /** Randomness that a test can foresee. Default: the machine's. */
  readonly random?: Random;
  /** Where client metadata documents come from: the settings of a metadata host of the test. */
  readonly clientDocuments?: GuardedFetchSettings;
  /** A sandbox that goes on after `close`, shared by several apps. */
  readonly sandbox?: RunningSandbox;
  /** Hears the steps of token refreshes. */
  readonly trace?: AppDeps["trace"];
  /** Limits other than the server's own. */
  readonly rates?: AppDeps["rates"];
  /** Counts what happens. */
  readonly metrics?: AppDeps["metrics"];
  /** Follows requests. */
  readonly tracing?: AppDeps["tracing"];
  /** Whether there is a marketplace app to sign in with. Default: yes. */
  readonly hasApp?: boolean;
}

/** Starts the real server against the sandbox on free ports; `close` removes every file. */
export async function startApp(options: RunningAppOptions = {}): Promise<RunningApp> {
  const folder = mkdtempSync(join(tmpdir(), "ghl-mcp-test-"));
  const clock = options.clock ?? systemClock;
  const sandbox = options.sandbox ?? (await startSandbox({ clock }));
  const port = await findFreePort();
  const publicUrl = `http://localhost:${port}`;
  const databasePath = join(folder, "test.db");
  const logger = createMemoryLogger();
  const config: Config = {
    host: "127.0.0.1",
    port,
    publicUrl,
    upstream: {
      mode: "oauth",
      clientId: sandbox.clientId,
      clientSecret: toSecret(sandbox.clientSecret),
    },
    redirectUri: `${publicUrl}/oauth/callback`,
    apiBaseUrl: sandbox.baseUrl,
    authorizeUrl: sandbox.authorizeUrl,
    scopes: DEFAULT_TEST_SCOPES,
    storageUrl: `sqlite:${databasePath}`,
    masterKey: { source: "given", keys: [toSecret(Buffer.alloc(32, 7).toString("base64"))] },
    spoolDir: join(folder, "spool"),
    log: { level: "debug" },
    enableSse: true,
    accessTokenTtlSeconds: 28_800,
    refreshTokenTtlSeconds: 5_184_000,
    ...options.config,
  };
  const http = createHttpClient();
  const app = await createApp(config, {
    http,
    ...(options.clientDocuments === undefined
      ? {}
      : { clientDocuments: createGuardedFetch(options.clientDocuments) }),
    clock,
    random: options.random ?? systemRandom,
    log: options.log ?? logger.log,
    ...(options.trace === undefined ? {} : { trace: options.trace }),
    ...(options.tracing === undefined ? {} : { tracing: options.tracing }),
    ...(options.metrics === undefined ? {} : { metrics: options.metrics }),
    ...(options.rates === undefined ? {} : { rates: options.rates }),
    settings: {
      environment: "sandbox",
      apiBaseUrl: sandbox.baseUrl,
      authorizeUrl: sandbox.authorizeUrl,
      ...(options.hasApp === false
        ? {}
        : { clientId: sandbox.clientId, clientSecret: toSecret(sandbox.clientSecret) }),
      redirectUri: config.redirectUri,
      scopes: config.scopes,
      webhookKeys: { current: sandbox.webhookPublicKey },
    },
  });
  await app.listen();
  return {
    app,
    sandbox,
    publicUrl,
    mcpUrl: new URL(`${publicUrl}/mcp`),
    config,
    databasePath,
    logLines: logger.lines,
    close: async () => {
      await app.close();
      if (options.sandbox === undefined) {
        await sandbox.close();
      }
      await http.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
