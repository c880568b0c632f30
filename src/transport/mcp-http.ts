import type { IncomingMessage, ServerResponse } from "node:http";
import { type NodeIncomingMessageLike, toNodeHandler } from "@modelcontextprotocol/node";
import {
  type AuthInfo,
  type McpHandlerRequestOptions,
  type Server,
  WebStandardStreamableHTTPServerTransport,
  createMcpHandler,
  isLegacyRequest,
} from "@modelcontextprotocol/server";
import type { Logger } from "../core/logger.ts";
import type { Principal } from "../core/principal.ts";
import type { View } from "../mcp/connection-options.ts";
import type { McpSurface } from "../mcp/surface.ts";
import type { AuthorizationServer } from "../oauth/authorization-server.ts";
import { refuse } from "./json-rpc-error.ts";
import { readJsonRpcBody } from "./mcp-body.ts";
import { refuseScope } from "./refuse-scope.ts";
import { openView } from "./open-view.ts";

/** The Streamable HTTP endpoint, both protocol eras, stateless. */
export interface McpHttp {
  /** Serves one authenticated request. Host, Origin and the token were checked before. */
  handle(req: IncomingMessage, res: ServerResponse, principal: Principal): Promise<void>;
  /** Ends what is in flight. */
  close(): Promise<void>;
}

/** Makes the endpoint. One SDK handler for all requests; a small server of its own for each. */
export function createMcpHttp({
  surface,
  authorization,
  log,
}: {
  readonly surface: McpSurface;
  readonly authorization: Pick<AuthorizationServer, "challenge">;
  readonly log: Logger;
}): McpHttp {
  // The SDK hands on this very object, so it can stand for the view: nothing is global, nothing is
  // copied, and no token is kept.
  const views = new WeakMap<AuthInfo, View>();
  const viewOf = (authInfo: AuthInfo | undefined): View => {
    const view = authInfo === undefined ? undefined : views.get(authInfo);
    if (view === undefined) throw new Error("an MCP request without a principal");
    return view;
  };
  const serverFor = (authInfo: AuthInfo | undefined): Server =>
    surface.createServer(viewOf(authInfo));
  const onerror = (error: Error): void =>
    log.debug("mcp request refused", { reason: error.message });
  const handler = createMcpHandler(({ authInfo }) => serverFor(authInfo), {
    legacy: "stateless",
    responseMode: "auto",
    onerror,
  });
  const answer: typeof handler.fetch = async (request, options) => {
    const view = viewOf(options?.authInfo);
    const refused = refuseScope({ surface, authorization }, view, options?.parsedBody);
    if (refused === undefined && !wantsPlainJson(request)) return handler.fetch(request, options);
    // Clients of the legacy era cannot ask for more scope: for them the tool itself says no.
    const isLegacy = await isLegacyRequest(request, options?.parsedBody);
    if (refused !== undefined && !isLegacy) return refused;
    return isLegacy && wantsPlainJson(request)
      ? answerInJson(request, serverFor(options?.authInfo), options)
      : handler.fetch(request, options);
  };
  const serve = toNodeHandler(
    { fetch: answer },
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
      if (!body.ok) return refuse(res, body.failure);
      const view = await openView(surface, { req, res, principal });
      if (!view.ok) return refuse(res, view.failure);
      const auth: AuthInfo = { token: "", clientId: principal.clientId, scopes: [] };
      views.set(auth, view.value);
      await serve(toSdkRequest(req, auth), res, body.value);
    },
    close: () => handler.close(),
  };
}

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
