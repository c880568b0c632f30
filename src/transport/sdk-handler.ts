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
import type { Logger } from "../core/logger.ts";
import type { View } from "../mcp/connection-options.ts";
import type { McpSurface } from "../mcp/surface.ts";
import type { AuthorizationServer } from "../oauth/authorization-server.ts";
import { chooseForm } from "./fast/accept.ts";
import { type JsonRpcRefusal, refuse } from "./json-rpc-error.ts";
import { createListening } from "./listening.ts";
import { refuseScope } from "./refuse-scope.ts";
import { cutUnread, neverWaitedFor } from "./unread.ts";

/** The SDK's handler behind node:http, both protocol eras, stateless. */
export interface SdkHandler {
  /** Serves one parsed request. */
  serve(request: SdkRequest): Promise<void>;
  /** Ends the streams that clients listen on; calls go on. */
  endStreams(): Promise<void>;
  /** Ends what is in flight. */
  close(): Promise<void>;
}

/** A request whose principal, body and view are known. */
export interface SdkRequest {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly body: unknown;
  readonly view: View;
  /** Whether it is a `subscriptions/listen`. */
  readonly listens: boolean;
}

/** What the handler works with. */
export interface SdkHandlerDeps {
  readonly surface: McpSurface;
  readonly authorization: Pick<AuthorizationServer, "challenge">;
  readonly log: Logger;
}

/** What a request is served with. */
interface Served {
  readonly view: View;
  /** Its own handler, for `subscriptions/listen`. Absent: the one that all share. */
  readonly handler?: McpHttpHandler;
}

/** Makes the handler. One of the SDK's for all requests; a small server of its own for each. */
export function createSdkHandler({ surface, authorization, log }: SdkHandlerDeps): SdkHandler {
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
    serve: async ({ req, res, body, view, listens }) => {
      // Neither the listener nor the SDK would hear that such a client has left, since it has already.
      if (res.closed) return;
      const listener = listens ? listening.open(view) : undefined;
      if (listens && listener === undefined) {
        refuse(res, TOO_MANY_LISTENERS);
        return;
      }
      if (listener !== undefined) res.once("close", listener.end);
      const auth: AuthInfo = { token: "", clientId: view.principal.clientId, scopes: [] };
      served.set(auth, { view, ...(listener !== undefined && { handler: listener.handler }) });
      const cut = (): boolean => cutUnread({ res, log, grantId: view.principal.grantId });
      await serve(toSdkRequest(req, auth), listens ? neverWaitedFor(res, cut) : res, body);
    },
    endStreams: () => listening.close(),
    close: async () => {
      await Promise.all([shared.close(), listening.close()]);
    },
  };
}

const TOO_MANY_LISTENERS: JsonRpcRefusal = {
  status: 429,
  code: -32_029,
  message: "this grant listens on too many streams; close one of them",
  headers: { "retry-after": "60" },
};

/**
 * What the SDK's adapter reads of a request. `Accept` is widened for clients that accept JSON (or
 * anything) but do not name both media types, as older revisions demand; the SDK would answer 406.
 */
function toSdkRequest(req: IncomingMessage, auth: AuthInfo): NodeIncomingMessageLike {
  const headers = { ...req.headers };
  if (chooseForm(headers.accept) === "json") {
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
