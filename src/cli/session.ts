import { existsSync } from "node:fs";
import type { App, UpstreamSettings } from "../app.ts";
import type { Config } from "../config/config.ts";
import { toLocationId } from "../core/ids.ts";
import type { Logger } from "../core/logger.ts";
import { toSecret } from "../core/secret.ts";
import type { RunningSandbox } from "../sandbox/sandbox.ts";
import type { Observers } from "./observe.ts";

/** An app on an open store, with the sandbox beside it where no credentials are set. */
export interface Session {
  readonly app: App;
  readonly sandbox: RunningSandbox | undefined;
  /** 32 random bytes in base64url. */
  randomToken(): string;
  /** Closes everything; running requests get up to `graceMs`. */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

/** Opens the store and wires the app; starts the sandbox on a free port first if it is needed. */
export const openSession = async (
  deps: {
    readonly config: Config;
    readonly log: Logger;
  } & Observers,
): Promise<Session> => {
  const { config, log } = deps;
  // Loaded only where it is used, so that help and refused starts come at once.
  const { createApp, systemParts, VERSION } = await import("../app.ts");
  const sandbox = config.upstream.mode === "sandbox" ? await openSandbox() : undefined;
  const parts = systemParts();
  const closeRest = async (): Promise<void> => {
    await parts.http.close();
    await sandbox?.close();
  };
  try {
    const app = await createApp(config, {
      ...parts,
      log,
      ...(deps.makeMetrics === undefined
        ? {}
        : { metrics: deps.makeMetrics({ version: VERSION }) }),
      ...(deps.makeTracing === undefined
        ? {}
        : { tracing: deps.makeTracing({ version: VERSION }) }),
      settings: toUpstreamSettings(config, sandbox),
    });
    return {
      app,
      sandbox,
      randomToken: () => parts.random.token(),
      close: async (options) => {
        await app.close(options);
        await closeRest();
      },
    };
  } catch (cause) {
    await closeRest();
    throw cause;
  }
};

/** Whether there is a store to read: a command that only reads makes no empty database. */
export const hasStore = ({ masterKey }: Config): boolean =>
  masterKey.source !== "generated" || existsSync(masterKey.databasePath);

/** Where GoHighLevel is and who we are there, from the settings or from the running sandbox. */
export const toUpstreamSettings = (
  config: Config,
  sandbox: RunningSandbox | undefined,
): UpstreamSettings => {
  const { redirectUri, scopes, versionId, pkce, privateToken, upstream } = config;
  const common = {
    redirectUri,
    scopes,
    ...(versionId === undefined ? {} : { versionId }),
    ...(pkce === undefined ? {} : { pkce }),
  };
  if (sandbox !== undefined) {
    return {
      ...common,
      environment: "sandbox",
      apiBaseUrl: sandbox.baseUrl,
      authorizeUrl: sandbox.authorizeUrl,
      clientId: sandbox.clientId,
      clientSecret: toSecret(sandbox.clientSecret),
      webhookKeys: { current: sandbox.webhookPublicKey },
    };
  }
  return {
    ...common,
    environment: new URL(config.apiBaseUrl).host,
    apiBaseUrl: config.apiBaseUrl,
    authorizeUrl: config.authorizeUrl,
    ...(config.webhookKeys === undefined ? {} : { webhookKeys: config.webhookKeys }),
    ...(upstream.mode === "oauth"
      ? { clientId: upstream.clientId, clientSecret: upstream.clientSecret }
      : {}),
    ...(privateToken === undefined
      ? {}
      : {
          privateToken: {
            token: privateToken.token,
            locationId: toLocationId(privateToken.locationId),
          },
        }),
  };
};

// Loaded only where it is used: its sample data would slow down every start.
const openSandbox = async (): Promise<RunningSandbox> => {
  const { startSandbox } = await import("../sandbox/start-sandbox.ts");
  return startSandbox({ host: "127.0.0.1", port: 0 });
};
