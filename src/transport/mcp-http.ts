import type { IncomingMessage, ServerResponse } from "node:http";
import { type NodeIncomingMessageLike, toNodeHandler } from "@modelcontextprotocol/node";
import {
  type AuthInfo,
  type McpHandlerRequestOptions,
  type McpServerFactory,
  type Server,
  type McpHttpHandler,
  WebStandardStreamableHTTPServerTransport,
  createMcpHandler,
  isLegacyRequest,
} from "@modelcontextprotocol/server";
import type { Logger } from "../core/logger.ts";
import type { Principal } from "../core/principal.ts";
import type { OptionProblem, View } from "../mcp/connection-options.ts";
import type { Era } from "../mcp/features/feature.ts";
import type { McpSurface } from "../mcp/surface.ts";
import type { AuthorizationServer } from "../oauth/authorization-server.ts";
import type { CookieKeys } from "./cookie-keys.ts";
import { type JsonRpcRefusal, refuse } from "./json-rpc-error.ts";
import { createListening } from "./listening.ts";
import { readJsonRpcBody } from "./mcp-body.ts";
import { refuseScope } from "./refuse-scope.ts";
import { readQuery } from "./request-query.ts";

/** The Streamable HTTP endpoint, both protocol eras, stateless. */
export interface McpHttp {
  /** Serves one authenticated request. Host, Origin and the token were checked before. */
  handle(req: IncomingMessage, res: ServerResponse, principal: Principal): Promise<void>;
  /** Ends what is in flight. */
  close(): Promise<void>;
}

/** What the endpoint works with. */
export interface McpHttpDeps {
  readonly surface: McpSurface;
  readonly authorization: Pick<AuthorizationServer, "challenge">;
  readonly cookieKeys: Pick<CookieKeys, "random">;
  readonly log: Logger;
}

/** Makes the endpoint. One SDK handler for all requests; a small server of its own for each. */
export function createMcpHttp(deps: McpHttpDeps): McpHttp {
  const { surface, authorization, cookieKeys, log } = deps;
  // The SDK hands on this very object, so it can stand for the view: nothing is global, nothing is
  // copied, and no token is kept.
  const views = new WeakMap<AuthInfo, View>();
  const viewOf = (authInfo: AuthInfo | undefined): View => {
    const view = authInfo === undefined ? undefined : views.get(authInfo);
    if (view === undefined) throw new Error("an MCP request without a principal");
    return view;
  };
  const serverFor = (authInfo: AuthInfo | undefined, era: Era): Server =>
    surface.createServer(viewOf(authInfo), era);
  const onerror = (error: Error): void =>
    log.debug("mcp request refused", { reason: error.message });
  const factory: McpServerFactory = ({ authInfo, era }) => serverFor(authInfo, era);
  const shared = createMcpHandler(factory, {
    legacy: "stateless",
    responseMode: "auto",
    onerror,
  });
  const listening = createListening({ surface, factory, onerror });
  const listeners = new WeakMap<AuthInfo, McpHttpHandler>();
  const handlerOf = (authInfo: AuthInfo | undefined): McpHttpHandler =>
    (authInfo === undefined ? undefined : listeners.get(authInfo)) ?? shared;
  const serve = toNodeHandler(
    {
      fetch: async (request, options) => {
        const view = viewOf(options?.authInfo);
        const handler = handlerOf(options?.authInfo);
        const refused = refuseScope({ surface, authorization }, view, options?.parsedBody);
        if (refused === undefined && !wantsPlainJson(request)) {
          return handler.fetch(request, options);
        }
        // Clients of the legacy era cannot ask for more scope: for them the tool itself says no.
        const isLegacy = await isLegacyRequest(request, options?.parsedBody);
        if (refused !== undefined && !isLegacy) return refused;
        return isLegacy && wantsPlainJson(request)
          ? answerInJson(request, serverFor(options?.authInfo, "legacy"), options)
          : handler.fetch(request, options);
      },
    },
    { onerror: (error) => log.error("mcp request failed", { cause: error }) },
  );

  return {
    handle: async (req, res, principal) => {
      if (req.method !== "POST") {
        req.resume();
        refuse(res, { ...METHOD_NOT_ALLOWED, headers: { allow: "POST" } });
        return;
      }
      const body = await readJsonRpcBody(req);
      if (!body.ok) {
        refuse(res, body.failure);
        return;
      }
      if (isCallOf(body.value, "initialize")) res.setHeader("mcp-session-id", cookieKeys.random());
      const view = await surface.view(principal, readQuery(req.url), abortOf(res));
      if (!view.ok) {
        refuse(res, toOptionRefusal(view.failure));
        return;
      }
      const auth: AuthInfo = { token: "", clientId: principal.clientId, scopes: [] };
      views.set(auth, view.value);
      if (isCallOf(body.value, "subscriptions/listen")) {
        const listener = listening.open(view.value);
        if (listener === undefined) {
          refuse(res, TOO_MANY_LISTENERS);
          return;
        }
        listeners.set(auth, listener.handler);
        res.once("close", listener.end);
      }
      await serve(toSdkRequest(req, auth), res, body.value);
    },
    close: async () => {
      await Promise.all([shared.close(), listening.close()]);
    },
  };
}

/**
 * Whether a body is one request of this method. The answer to `initialize` names a session, since some
 * clients of the legacy era count on it (2025-11-25, Session Management); nothing is kept under the
 * name, and whatever name comes back is ignored, so that a client may sign in anew or meet another
 * instance at any time.
 */
const isCallOf = (body: unknown, method: string): boolean =>
  typeof body === "object" && body !== null && "method" in body && body.method === method;

const TOO_MANY_LISTENERS: JsonRpcRefusal = {
  status: 429,
  code: -32_029,
  message: "this grant listens on too many streams; close one of them",
  headers: { "retry-after": "60" },
};

/** Aborts when the client leaves before it was answered. */
function abortOf(res: ServerResponse): AbortSignal {
  const left = new AbortController();
  res.once("close", () => left.abort(new Error("the client left")));
  return left.signal;
}

/** An address that asks for the impossible is a 400, one that asks beyond the grant a 403. */
function toOptionRefusal({ kind, text }: OptionProblem): JsonRpcRefusal {
  return {
    status: kind === "malformed" ? 400 : 403,
    code: INVALID_PARAMS,
    message: `the address of this connection cannot be used: ${text}`,
  };
}

const INVALID_PARAMS = -32602;

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
