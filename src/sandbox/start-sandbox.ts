import { createHash } from "node:crypto";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { type Clock, systemClock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import { createFileShelf } from "./catalogue/file-shelf.ts";
import { createRecordStore } from "./catalogue/record-store.ts";
import { createControl } from "./control.ts";
import { createRateCounter } from "./gate/rate-limit.ts";
import { createCodeBook } from "./oauth/codes.ts";
import type { SandboxApp } from "./oauth/issue-tokens.ts";
import { createInboundLever } from "./inbound-lever.ts";
import { createSigner } from "./oauth/sign.ts";
import { createTokenAuthority } from "./oauth/tokens.ts";
import { nodeRandom, type SandboxRandom } from "./random.ts";
import type { RunningSandbox } from "./sandbox.ts";
import { CHOOSE_LOCATION_PATHS, createSandboxApp } from "./sandbox-app.ts";
import { seedWorld } from "./seed/seed-world.ts";
import { createWebhookSender } from "./webhooks.ts";
import { toSeededUuid, toUuid } from "./world/ids.ts";
import type { World } from "./world/world.ts";

/** What a sandbox may be started with. */
export interface SandboxOptions {
  /** 0, the default, takes a free port. */
  readonly port?: number;
  /** 127.0.0.1 where not given. */
  readonly host?: string;
  readonly clock?: Clock;
  /** Decides every record, the client's credentials and the key of the tokens. 1 where not given. */
  readonly seed?: number;
  /** 86,399 where not given. */
  readonly accessTokenTtlSeconds?: number;
  /** Answers 429 past 100 calls in 10 s or 200,000 in a day, per location. Off where not given. */
  readonly enforceRateLimit?: boolean;
  /** Where unpredictable bytes come from, for tests. */
  readonly random?: SandboxRandom;
}

const DEFAULT_SEED = 1;
const ACCESS_TTL_SECONDS = 86_399;

/**
 * Starts a sandbox. Its records, credentials and private tokens follow from the seed, and its tokens
 * stay good over a restart; what was created, used or revoked lasts as long as the process.
 *
 * @throws AppError("port_in_use") when another program listens on the port.
 */
export const startSandbox = async (options: SandboxOptions = {}): Promise<RunningSandbox> => {
  const seed = options.seed ?? DEFAULT_SEED;
  const clock = options.clock ?? systemClock;
  const random = options.random ?? nodeRandom;
  const world = seedWorld(seed);
  const app = createApp(seed);
  const privateTokens = createPrivateTokens(seed, world);
  const accessTokenTtlSeconds = options.accessTokenTtlSeconds ?? ACCESS_TTL_SECONDS;
  const signer = createSigner(seed);
  const tokens = createTokenAuthority({ signer, clock, random, accessTokenTtlSeconds });
  const state = createControl(tokens, (locationId) => {
    const token = `pit-${toUuid(random.bytes(16))}`;
    privateTokens.set(locationId, token);
    return token;
  });
  const agencyPrivateToken = `pit-${toSeededUuid(seed, "private token of the agency")}`;
  const { publicKey, ...webhooks } = createWebhookSender({ seed, clock, random, ...app });
  const receiveMessage = createInboundLever({ world, clock, random });
  const hono = createSandboxApp({
    app,
    seed,
    records: createRecordStore(seed),
    files: createFileShelf(random),
    world,
    tokens,
    privateTokens,
    agencyPrivateToken,
    state,
    clock,
    random,
    onUninstall: (what) => {
      const url = state.findUninstallWebhook();
      // Like GoHighLevel's, it goes out on its own: the answer to the call does not wait for it.
      if (url !== undefined) {
        webhooks.sendWebhook(url, { type: "UNINSTALL", ...what }).catch(() => undefined);
      }
    },
    codes: createCodeBook({ clock, random }),
    rates: createRateCounter(),
    enforceRateLimit: options.enforceRateLimit ?? false,
  });
  // The default `createServer` makes an HTTP/1.1 server.
  const server = createAdaptorServer({ fetch: hono.fetch }) as Server;
  const host = options.host ?? "127.0.0.1";
  const port = await listen(server, { host, port: options.port ?? 0 });
  const baseUrl = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  return {
    baseUrl,
    authorizeUrl: `${baseUrl}${CHOOSE_LOCATION_PATHS[0]}`,
    clientId: app.clientId,
    clientSecret: app.clientSecret,
    appId: app.appId,
    versionId: app.versionId,
    companyId: world.company.id,
    locations: world.locations.map(({ id, name }) => ({ id, name })),
    privateTokens,
    agencyPrivateToken,
    control: { ...state.control, ...webhooks, receiveMessage },
    webhookPublicKey: publicKey,
    close: () => close(server),
  };
};

const createApp = (seed: number): SandboxApp => {
  const hex = createHash("sha256").update(`app ${seed}`).digest("hex");
  const appId = hex.slice(0, 24);
  return {
    appId,
    versionId: hex.slice(24, 48),
    clientId: `${appId}-${hex.slice(48, 56)}`,
    clientSecret: toSeededUuid(seed, "client secret"),
  };
};

const createPrivateTokens = (seed: number, world: World): Map<string, string> =>
  new Map(
    world.locations.map(({ id }) => [id, `pit-${toSeededUuid(seed, `private token ${id}`)}`]),
  );

const listen = (
  server: Server,
  address: { readonly host: string; readonly port: number },
): Promise<number> =>
  new Promise((resolve, reject) => {
    const onError = (cause: NodeJS.ErrnoException): void => {
      const message = `port ${address.port} is in use, choose another one for the sandbox`;
      reject(cause.code === "EADDRINUSE" ? new AppError("port_in_use", message, { cause }) : cause);
    };
    server.once("error", onError);
    server.listen(address.port, address.host, () => {
      server.off("error", onError);
      // A TCP server that listens has an address with a port.
      resolve((server.address() as AddressInfo).port);
    });
  });

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
