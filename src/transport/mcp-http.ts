import type { IncomingMessage, ServerResponse } from "node:http";
import { type NodeIncomingMessageLike, toNodeHandler } from "@modelcontextprotocol/node";
import {
  type AuthInfo,
  type McpHandlerRequestOptions,
  type Server,
  type ServerEventBus,
  WebStandardStreamableHTTPServerTransport,
  createMcpHandler,
  isLegacyRequest,
} from "@modelcontextprotocol/server";
import type { Logger } from "../core/logger.ts";
import type { Principal } from "../core/principal.ts";
import type { McpSurface } from "../mcp/surface.ts";
import type { AuthorizationServer } from "../oauth/authorization-server.ts";
import type { CookieKeys } from "./cookie-keys.ts";
import { refuse } from "./json-rpc-error.ts";
import { readJsonRpcBody } from "./mcp-body.ts";
import { refuseScope } from "./refuse-scope.ts";

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
  /** What `subscriptions/listen` passes on. Absent: nothing is ever announced. */
  readonly changes?: ServerEventBus;
  readonly cookieKeys: Pick<CookieKeys, "random">;
  readonly log: Logger;
}

/** Makes the endpoint. One SDK handler for all requests; a small server of its own for each. */
export function createMcpHttp(deps: McpHttpDeps): McpHttp {
  const { surface, authorization, changes, cookieKeys, log } = deps;
  // The SDK hands on this very object, so it can stand for the principal: nothing is global, nothing
  // is copied, and no token is kept.
  const principals = new WeakMap<AuthInfo, Principal>();
  const principalOf = (authInfo: AuthInfo | undefined): Principal => {
    const principal = authInfo === undefined ? undefined : principals.get(authInfo);
    if (principal === undefined) throw new Error("an MCP request without a principal");
    return principal;
  };
  const serverFor = (authInfo: AuthInfo | undefined): Server =>
    surface.createServer(principalOf(authInfo));
  const onerror = (error: Error): void =>
    log.debug("mcp request refused", { reason: error.message });
  const handler = createMcpHandler(({ authInfo }) => serverFor(authInfo), {
    legacy: "stateless",
    responseMode: "auto",
    ...(changes !== undefined && { bus: changes }),
    onerror,
  });
  const serve = toNodeHandler(
    {
      fetch: async (request, options) => {
        const principal = principalOf(options?.authInfo);
        const refused = refuseScope({ surface, authorization }, principal, options?.parsedBody);
        if (refused === undefined && !wantsPlainJson(request)) {
          return handler.fetch(request, options);
        }
        // Clients of the legacy era cannot ask for more scope: for them the tool itself says no.
        const isLegacy = await isLegacyRequest(request, options?.parsedBody);
        if (refused !== undefined && !isLegacy) return refused;
        return isLegacy && wantsPlainJson(request)
          ? answerInJson(request, serverFor(options?.authInfo), options)
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
      if (isInitialize(body.value)) res.setHeader("mcp-session-id", cookieKeys.random());
      const auth: AuthInfo = { token: "", clientId: principal.clientId, scopes: [] };
      principals.set(auth, principal);
      await serve(toSdkRequest(req, auth), res, body.value);
    },
    close: () => handler.close(),
  };
}

/**
 * Whether a request opens a session of the legacy era. Its answer names one, since some clients of that
 * era count on it (2025-11-25, Session Management); nothing is kept under the name, and whatever name
 * comes back is ignored, so that a client may sign in anew or meet another instance at any time.
 */
const isInitialize = (body: unknown): boolean =>
  typeof body === "object" && body !== null && "method" in body && body.method === "initialize";

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
