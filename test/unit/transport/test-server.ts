import type { Clock } from "../../../src/core/clock.ts";
import { toSecret } from "../../../src/core/secret.ts";
import { equalSecret } from "../../../src/crypto/hash.ts";
import { createKeyring, mac } from "../../../src/crypto/keyring.ts";
import { systemRandom } from "../../../src/crypto/random.ts";
import { createMcpSurface, type McpSurface } from "../../../src/mcp/surface.ts";
import { createAuthorizationServer } from "../../../src/oauth/create-authorization-server.ts";
import type { AuthorizationServer } from "../../../src/oauth/authorization-server.ts";
import type { RecordStore } from "../../../src/storage/record-store.ts";
import { openRecordStore } from "../../../src/storage/open.ts";
import { createMemoryKeeper } from "../mcp/confirmation-keeper.ts";
import { createHttpServer, type HttpServer } from "../../../src/transport/http-server.ts";
import { createFakeClock, type FakeClock } from "../../support/clock.ts";
import { findFreePort } from "../../support/free-port.ts";
import { createMemoryLogger } from "../../support/memory-logger.ts";
import { createUpstreamDouble, type UpstreamDouble } from "./upstream-double.ts";

/** The real server over the real authorization server and a memory store. */
export interface TestServer {
  readonly url: string;
  readonly port: number;
  readonly server: HttpServer;
  readonly authorization: AuthorizationServer;
  readonly upstream: UpstreamDouble;
  readonly store: RecordStore;
  readonly clock: FakeClock;
  readonly logLines: readonly string[];
  close(): Promise<void>;
}

/** What a test may choose. */
export interface TestServerOptions {
  readonly publicUrl?: string;
  readonly sandbox?: boolean;
  readonly enableSse?: boolean;
  readonly isReady?: () => Promise<boolean>;
  readonly maxConnections?: number;
  /** Replaces parts of the authorization server, to hold a request up or to break. */
  readonly authorization?: Partial<AuthorizationServer>;
  readonly serverClock?: Clock;
  /** Puts another surface in the place of the product's. */
  readonly surface?: (surface: McpSurface) => McpSurface;
}

/** Starts it on a free port of 127.0.0.1. */
export const startTestServer = async (options: TestServerOptions = {}): Promise<TestServer> => {
  const port = await findFreePort();
  const publicUrl = options.publicUrl ?? `http://localhost:${port}`;
  const clock = createFakeClock();
  const { log, lines } = createMemoryLogger();
  const keyring = createKeyring([toSecret(Buffer.alloc(32, 5).toString("base64"))]);
  const store = await openRecordStore("memory:", { clock });
  const upstream = createUpstreamDouble();
  const authorization = {
    ...createAuthorizationServer({
      settings: {
        issuer: publicUrl,
        accessTokenTtlSeconds: 28_800,
        refreshTokenTtlSeconds: 5_184_000,
      },
      store,
      keyring,
      random: systemRandom,
      clock,
      log,
    }),
    ...options.authorization,
  };
  const server = createHttpServer({
    publicUrl,
    enableSse: options.enableSse ?? true,
    sandbox: options.sandbox ?? true,
    requestedScopes: [],
    authorization,
    upstream,
    surface: (options.surface ?? ((surface) => surface))(
      createMcpSurface({
        ghl: {
          call: () => {
            throw new Error("not used here");
          },
          rateLimits: () => [],
        },
        connections: upstream,
        confirmations: createMemoryKeeper(clock),
        clock,
        log,
        version: "0.0.0",
        mode: "sandbox",
      }),
    ),
    cookieKeys: {
      mac: (purpose, value) => mac(keyring, purpose, value),
      equal: equalSecret,
      random: () => systemRandom.token(),
    },
    clock: options.serverClock ?? clock,
    log,
    ...(options.maxConnections !== undefined && { maxConnections: options.maxConnections }),
    checkReadiness: async () => ({
      store: ((await options.isReady?.()) ?? true) ? "ok" : "failed",
      key: "ok",
      upstream: "unknown",
    }),
  });
  await server.listen({ host: "127.0.0.1", port });
  return {
    url: publicUrl,
    port,
    server,
    authorization,
    upstream,
    store,
    clock,
    logLines: lines,
    close: async () => {
      await server.close({ graceMs: 0 });
      await store.close();
    },
  };
};
