import type { IncomingMessage, ServerResponse } from "node:http";
import { type NodeIncomingMessageLike, toNodeHandler } from "@modelcontextprotocol/node";
import {
  type AuthInfo,
  type McpHandlerRequestOptions,
  type McpHttpHandler,
  type McpServerFactory,
  type Server,
  WebStandardStreamableHTTPServerTransport,
  createMcpHandler,
  isLegacyRequest,
} from "@modelcontextprotocol/server";
import { createLocalEvents, type EventChannel } from "../core/events.ts";
import type { Logger } from "../core/logger.ts";
import type { Principal } from "../core/principal.ts";
import { type Result, fail, ok } from "../core/result.ts";
import type { View } from "../mcp/connection-options.ts";
import type { McpSurface } from "../mcp/surface.ts";
import type { AuthorizationServer } from "../oauth/authorization-server.ts";
import type { CookieKeys } from "./cookie-keys.ts";
import { createInFlight } from "./in-flight.ts";
import { type JsonRpcRefusal, refuse } from "./json-rpc-error.ts";
import { createListening } from "./listening.ts";
import { readJsonRpcBody } from "./mcp-body.ts";
import { refuseScope } from "./refuse-scope.ts";
import { openView } from "./open-view.ts";

/** The Streamable HTTP endpoint, both protocol eras, stateless. */
export interface McpHttp {
  /** Serves one authenticated request. Host, Origin and the token were checked before. */
  handle(req: IncomingMessage, res: ServerResponse, principal: Principal): Promise<void>;
  /** Ends the streams that clients listen on; calls go on. */
  endStreams(): Promise<void>;
  /** Ends what is in flight. */
  close(): Promise<void>;
}

/** What the endpoint works with. */
export interface McpHttpDeps {
  readonly surface: McpSurface;
  readonly authorization: Pick<AuthorizationServer, "challenge">;
  readonly cookieKeys: Pick<CookieKeys, "random" | "mac">;
  /** Reaches the requests that other instances answer. Absent: there are none. */
  readonly events?: Pick<EventChannel, "publish" | "subscribe">;
  readonly log: Logger;
}

/** What a request is served with. */
interface Served {
  readonly view: View;
  /** Its own handler, for `subscriptions/listen`. Absent: the one that all share. */
  readonly handler?: McpHttpHandler;
}

/** Makes the endpoint. One SDK handler for all requests; a small server of its own for each. */
export function createMcpHttp({ events = createLocalEvents(), ...deps }: McpHttpDeps): McpHttp {
  const { surface, authorization, cookieKeys, log } = deps;
  // The SDK hands on this very object, so it can stand for the view: nothing is global, nothing is
  // copied, and no token is kept.
  const served = new WeakMap<AuthInfo, Served>();
  const servedBy = (authInfo: AuthInfo | undefined): Served => {
    const found = authInfo === undefined ? undefined : served.get(authInfo);
    if (found === undefined) throw new Error("an MCP request without a principal");
    return found;
  };
  const factory: McpServerFactory = ({ authInfo, era }) =>
    surface.createServer(servedBy(authInfo).view, era);
  const onerror = (error: Error): void =>
    log.debug("mcp request refused", { reason: error.message });
  const shared = createMcpHandler(factory, {
    legacy: "stateless",
    responseMode: "auto",
    onerror,
  });
  const listening = createListening({ surface, factory, onerror });
  const inFlight = createInFlight({ events, hash: (text) => cookieKeys.mac("in-flight", text) });
  const answer: McpHttpHandler["fetch"] = async (request, options) => {
    const { view, handler = shared } = servedBy(options?.authInfo);
    const refused = refuseScope({ surface, authorization }, view, options?.parsedBody);
    if (refused === undefined && !wantsPlainJson(request)) return handler.fetch(request, options);
    // Clients of the legacy era cannot ask for more scope: for them the tool itself says no.
    const isLegacy = await isLegacyRequest(request, options?.parsedBody);
    if (refused !== undefined && !isLegacy) return refused;
    return isLegacy && wantsPlainJson(request)
      ? answerInJson(request, surface.createServer(view, "legacy"), options)
      : handler.fetch(request, options);
  };
  const serve = toNodeHandler(
    { fetch: answer },
    { onerror: (error) => log.error("mcp request failed", { cause: error }) },
  );

  return {
    handle: async (req, res, principal) => {
      const opened = await openRequest(surface, { req, res, principal });
      if (!opened.ok) {
        refuse(res, opened.failure);
        return;
      }
      const { view, body } = opened.value;
      inFlight.note({ req, res, principal, body });
      if (isCallOf(body, "initialize")) res.setHeader("mcp-session-id", cookieKeys.random());
      const listens = isCallOf(body, "subscriptions/listen");
      const listener = listens ? listening.open(view) : undefined;
      if (listens && listener === undefined) {
        refuse(res, TOO_MANY_LISTENERS);
        return;
      }
      if (listener !== undefined) res.once("close", listener.end);
      const auth: AuthInfo = { token: "", clientId: principal.clientId, scopes: [] };
      served.set(auth, { view, ...(listener !== undefined && { handler: listener.handler }) });
      await serve(toSdkRequest(req, auth), res, body);
    },
    endStreams: () => listening.close(),
    close: async () => {
      await Promise.all([shared.close(), listening.close()]);
    },
  };
}

/** Reads a request as far as it can be refused before the SDK sees it. */
async function openRequest(
  surface: McpSurface,
  given: {
    readonly req: IncomingMessage;
    readonly res: ServerResponse;
    readonly principal: Principal;
  },
): Promise<Result<{ readonly body: unknown; readonly view: View }, JsonRpcRefusal>> {
  const { req } = given;
  if (req.method !== "POST") {
    req.resume();
    return fail({ ...METHOD_NOT_ALLOWED, headers: { allow: "POST" } });
  }
  const body = await readJsonRpcBody(req);
  if (!body.ok) return body;
  const view = await openView(surface, given);
  return view.ok ? ok({ body: body.value, view: view.value }) : view;
}

/**
 * Whether a body is one request of this method. The answer to `initialize` names a session, since some
 * clients of the legacy era count on it (2025-11-25, Session Management); nothing is stored under the
 * name, and any name that comes back is good, so that a client may sign in anew or meet another instance
 * at any time. A cancellation alone is told by it from those of other clients (in-flight.ts).
 */
const isCallOf = (body: unknown, method: string): boolean =>
  typeof body === "object" && body !== null && "method" in body && body.method === method;

const TOO_MANY_LISTENERS: JsonRpcRefusal = {
  status: 429,
  code: -32_029,
  message: "this grant listens on too many streams; close one of them",
  headers: { "retry-after": "60" },
};

const METHOD_NOT_ALLOWED = {
  status: 405,
  code: -32600,
  message: "this endpoint takes POST only: it keeps no sessions and opens no stream of its own",
};

/**
 * What the SDK's adapter reads of a request. `Accept` is widened for clients that accept JSON (or
 * anything) but do not name both media types, as older revisions demand; the SDK would answer 406.
 */
function toSdkRequest(req: IncomingMessage, auth: AuthInfo): NodeIncomingMessageLike {
  const accept = req.headers.accept ?? "*/*";
  const headers = { ...req.headers };
  if (!accept.includes("text/event-stream") && /\*\/\*|application\/(json|\*)/.test(accept)) {
    headers.accept = "application/json, text/event-stream";
    headers[PLAIN_JSON_HEADER] = "1";
  } else {
    delete headers[PLAIN_JSON_HEADER];
  }
  return {
    method: "POST",
    url: req.url ?? "/",
    headers,
    auth,
    [Symbol.asyncIterator]: () => req[Symbol.asyncIterator](),
  };
}

/** Set by us alone, on the way to the SDK: the client did not say that it reads event streams. */
const PLAIN_JSON_HEADER = "x-ghlmcp-plain-json";

function wantsPlainJson(request: Request): boolean {
  return request.headers.has(PLAIN_JSON_HEADER);
}

/**
 * Answers a request of the legacy era with one JSON body. The SDK's handler frames every legacy answer
 * as an event stream, which such a client could not read (mcp.md, edge behaviours of SDK 2.4).
 */
async function answerInJson(
  request: Request,
  server: Server,
  options: McpHandlerRequestOptions | undefined,
): Promise<Response> {
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
  await server.connect(transport);
  const close = (): void => void server.close();
  request.signal.addEventListener("abort", close, { once: true });
  try {
    return await transport.handleRequest(request, options);
  } finally {
    request.signal.removeEventListener("abort", close);
    await server.close();
  }
}
