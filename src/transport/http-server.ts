import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Clock } from "../core/clock.ts";
import { createLocalEvents, type EventChannel } from "../core/events.ts";
import type { Metrics } from "../core/metrics.ts";
import type { ProxyTrust } from "../core/proxy-trust.ts";
import type { Soon } from "../core/soon.ts";
import { silentTracing, type Tracing } from "../core/tracing.ts";
import type { McpSurface } from "../mcp/surface.ts";
import { logAccess } from "./access-log.ts";
import { answerClientError } from "./client-error.ts";
import { createCloser } from "./close-server.ts";
import { REQUEST_GUARDS } from "./guards.ts";
import { createMcpRoutes, createRoutes, type RouteDeps } from "./http.ts";
import { createHttpApp } from "./http-app.ts";
import { listenOn, type ListenAddress } from "./listen.ts";
import { createMcpEndpoint, sendRefusal } from "./mcp-endpoints.ts";
import { createAddressReader } from "./limits/forwarded-address.ts";
import type { Rates } from "./limits/limit-table.ts";
import { createLimits } from "./limits/limits.ts";
import { createMcpHttp } from "./mcp-http.ts";
import { createOpenAnswers, type OpenAnswers } from "./open-answers.ts";
import { BasedResponse } from "./based-response.ts";
import { createErrorPages } from "./responses.ts";
import { baseHeaders } from "./security-headers.ts";
import { createSseTransport } from "./sse.ts";
import { createTlsReload, type TlsReload, type TlsSource } from "./tls-reload.ts";
import { createTlsServer } from "./tls-server.ts";
import { traceExchange } from "./trace-exchange.ts";

/** What the server works with. */
export interface HttpServerDeps extends Omit<RouteDeps, "limits" | "isDraining"> {
  readonly surface: McpSurface;
  readonly clock: Clock;
  /** What other instances tell. Absent: there are none. */
  readonly events?: EventChannel;
  /** How much is taken in, where that is not what the table of limits says. */
  readonly rates?: Rates;
  /** Counts requests. Absent: nobody does. */
  readonly metrics?: Metrics;
  /** Which proxies are believed about where requests come from. Absent: none. */
  readonly proxyTrust?: ProxyTrust;
  /** More connections at a time are closed as they come. Absent: no limit. */
  readonly maxConnections?: number;
  /** Follows requests. Absent: nobody does. */
  readonly tracing?: Tracing;
  /** The certificate that is served. Absent: plain HTTP. */
  readonly tls?: TlsSource;
}

/** How long a server takes to end. */
export interface CloseOptions {
  readonly graceMs?: number;
  readonly drainMs?: number;
}

/** The server of all HTTP endpoints. */
export interface HttpServer {
  /** Starts to accept. Throws `AppError("port_in_use")` where the address cannot be had. */
  listen(address: ListenAddress): Promise<{ readonly port: number }>;
  /**
   * Says at once that it is no longer ready, goes on for `drainMs` (0) so that load balancers notice,
   * then stops accepting, lets requests finish for `graceMs` (10 s), and cuts what is left.
   */
  close(options?: CloseOptions): Promise<void>;
  /** Looks at once whether the files of the certificate have changed. Without TLS nothing happens. */
  lookAtCertificate(): Promise<void>;
}

/**
 * Builds the server. The MCP endpoints are answered on plain node:http, where a web framework's
 * conversions would cost more than the call itself; everything else goes through the route table.
 */
export const createHttpServer = (given: HttpServerDeps): HttpServer => {
  const deps = { ...given, events: given.events ?? createLocalEvents() };
  const mcp = createMcpHttp(deps);
  const sse = deps.enableSse ? createSseTransport(deps) : undefined;
  const openAnswers = createOpenAnswers(deps);
  let draining = false;
  const front = createFront(
    { ...deps, openAnswers, isDraining: () => draining },
    { mcp, ...(sse && { sse }) },
  );
  const { server, reload } = openServer(deps, front);
  applyTimeouts(server);
  limitConnections(server, deps);
  server.on("clientError", answerClientError);
  const closer = createCloser(server);
  return {
    listen: async (address) => {
      const bound = await listenOn(server, address);
      reload?.start();
      return bound;
    },
    lookAtCertificate: async () => reload?.look(),
    close: async ({ graceMs = 10_000, drainMs = 0 } = {}) => {
      const isFirst = !draining;
      draining = true;
      closer.drain();
      if (isFirst && drainMs > 0 && server.listening) await deps.clock.sleep(drainMs);
      await reload?.stop();
      await closer.close({
        clock: deps.clock,
        graceMs,
        endStreams: async () => {
          await Promise.all([sse?.close(), mcp.endStreams()]);
        },
        endRequests: () => {
          openAnswers.close();
          return mcp.close();
        },
      });
    },
  };
};

type Front = (request: IncomingMessage, response: BasedResponse) => void;

/** The listener itself: HTTP, or HTTPS with what keeps its certificate that of the files. */
const openServer = (
  deps: HttpServerDeps,
  front: Front,
): { readonly server: Server; readonly reload?: TlsReload } => {
  const { log, tls } = deps;
  if (tls === undefined) return { server: createServer(SERVER_OPTIONS, front) };
  const { server, use } = createTlsServer({ ...SERVER_OPTIONS, pair: tls.pair, log }, front);
  return { server, reload: createTlsReload({ ...deps, source: tls, use }) };
};

type Handler = (request: IncomingMessage, response: BasedResponse) => Soon<void>;

/** What happens to every request: an id, the guards, and then the handler of its path. */
const createFront = (
  serverDeps: HttpServerDeps &
    Pick<RouteDeps, "isDraining"> & { readonly openAnswers: OpenAnswers },
  transports: Parameters<typeof createMcpRoutes>[0],
): Front => {
  const deps = { ...serverDeps, limits: createLimits(serverDeps) };
  const { tracing = silentTracing } = deps;
  const routes = createRoutes(deps);
  const headers = Object.entries(baseHeaders(deps.publicUrl)).flat();
  const mcpHandlers = new Map<string, Handler>(
    createMcpRoutes(transports).map((route) => [
      route.path,
      createMcpEndpoint({ ...deps, baseHeaders: headers }, route),
    ]),
  );
  const known = new Set([...routes.map((route) => route.path), ...mcpHandlers.keys()]);
  const errorPage = createErrorPages(deps);
  const readAddress = createAddressReader(deps.proxyTrust);
  const app = createHttpApp({ ...deps, routes, errorPage, readAddress });

  return (request, response) => {
    const path = toPath(request.url ?? "");
    response.requestId = deps.cookieKeys.random().slice(0, REQUEST_ID_LENGTH);
    response.baseHeaders = headers;
    const exchange = { request, response, route: known.has(path) ? path : "(none)" };
    // The handlers answer their own failures and do not reject.
    void traceExchange(tracing, exchange, ({ traceId }) => {
      logAccess(deps, { ...exchange, traceId });
      for (const guard of REQUEST_GUARDS) {
        const refusal = guard({ request, path, publicUrl: deps.publicUrl });
        if (refusal !== undefined) return sendRefusal(request, response, refusal);
      }
      return (mcpHandlers.get(path) ?? app)(request, response);
    });
  };
};

const toPath = (url: string): string => {
  const end = url.indexOf("?");
  return end < 0 ? url : url.slice(0, end);
};

/** 22 base64url characters are 128 bits. */
const REQUEST_ID_LENGTH = 22;

const SERVER_OPTIONS = {
  ServerResponse: BasedResponse,
  /** Larger header blocks are a 431. */
  maxHeaderSize: 16 * 1024,
  /** How often the two time limits below are enforced. */
  connectionsCheckingInterval: 5_000,
} as const;

/** Says so once in a while, since a flood of connections must not be one of log lines. */
const limitConnections = (server: Server, { clock, log, maxConnections }: HttpServerDeps): void => {
  if (maxConnections === undefined) return;
  server.maxConnections = maxConnections;
  let quietUntilMs = 0;
  server.on("drop", () => {
    const nowMs = clock.nowMs();
    if (nowMs < quietUntilMs) return;
    quietUntilMs = nowMs + DROP_LOG_EVERY_MS;
    log.warn("connections are refused, as many are open as MAX_CONNECTIONS allows", {
      maxConnections,
    });
  });
};

const DROP_LOG_EVERY_MS = 60_000;

const applyTimeouts = (server: Server): void => {
  server.headersTimeout = 15_000;
  /** From the first byte to the end of the body: a client that drips its body is cut off. */
  server.requestTimeout = 60_000;
  /** Above the 60 s after which common load balancers close idle connections themselves. */
  server.keepAliveTimeout = 65_000;
  server.maxHeadersCount = 100;
  /** Lets long-lived connections move to other instances now and then. */
  server.maxRequestsPerSocket = 10_000;
};
