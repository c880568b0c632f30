import type { IncomingMessage, ServerResponse } from "node:http";
import type { Logger } from "../core/logger.ts";
import { type Soon, trySoon, whenThere } from "../core/soon.ts";
import type { AuthorizationServer } from "../oauth/authorization-server.ts";
import type { OpenAnswers } from "./open-answers.ts";
import { toBearerRefusal } from "./bearer-refusal.ts";
import { describeBreakdown } from "./breakdown.ts";
import { CORS_HEADERS, preflightHeaders } from "./cors.ts";
import { checkOrigin, createMcpGuards, type Refusal } from "./guards.ts";
import type { McpRoute } from "./http.ts";
import { refuse } from "./json-rpc-error.ts";
import type { Limits } from "./limits/limits.ts";
import { TOO_MANY_REQUESTS } from "./limits/refusals.ts";
import type { Wait } from "./limits/rate-limiter.ts";
import { discardBody } from "./request-body.ts";
import type { BasedResponse, RawHeaders } from "./based-response.ts";

/** What the MCP endpoints are guarded with. */
export interface McpEndpointDeps {
  readonly publicUrl: string;
  /** What every answer carries. */
  readonly baseHeaders: RawHeaders;
  readonly authorization: AuthorizationServer;
  readonly limits: Pick<Limits, "calls">;
  /** Cuts answers that are still open when their token is revoked. */
  readonly openAnswers: Pick<OpenAnswers, "note">;
  readonly log: Logger;
}

/**
 * Answers one MCP endpoint: origin, preflight, method, announced size, then the bearer token and what
 * its grant may still do, and only then the transport. A token in the query string is never looked at
 * (RFC 6750 §2.3). An answer that is still open when its token is revoked is cut. A client that leaves
 * before its token is judged is not served.
 */
export const createMcpEndpoint = (
  deps: McpEndpointDeps,
  route: McpRoute,
): ((request: IncomingMessage, response: BasedResponse) => Soon<void>) => {
  const guards = createMcpGuards(route);
  const headers = [...deps.baseHeaders, ...Object.entries(CORS_HEADERS).flat()];

  const answer = (request: IncomingMessage, response: BasedResponse): Soon<void> => {
    const guarded = { request, path: route.path, publicUrl: deps.publicUrl };
    const foreign = checkOrigin(guarded);
    if (foreign !== undefined) return sendRefusal(request, response, foreign);
    response.baseHeaders = headers;
    if (request.method === "OPTIONS") {
      response.writeHead(204, preflightHeaders(route.methods)).end();
      return;
    }
    for (const guard of guards) {
      const refusal = guard(guarded);
      if (refusal !== undefined) return sendRefusal(request, response, refusal);
    }
    return whenThere(
      deps.authorization.authenticate(request.headers.authorization),
      (principal) => {
        if (!principal.ok) {
          const refusal = toBearerRefusal(deps.authorization, principal.failure, route.resource);
          return sendRefusal(request, response, refusal);
        }
        const wait = deps.limits.calls(principal.value.grantId);
        if (wait !== undefined) return refuseCall(request, response, wait);
        // Whoever left while the store was asked counted as a caller, and has nobody to answer. Past its
        // `close` nothing would ever take such an answer out of a book again.
        if (response.closed) return undefined;
        deps.openAnswers.note({ request, response, principal: principal.value });
        return route.handle(request, response, principal.value);
      },
    );
  };

  return (request, response) =>
    trySoon(
      () => answer(request, response),
      () => undefined,
      (error) => {
        const { requestId } = response;
        deps.log.error("request failed", { requestId, route: route.path, cause: error });
        if (response.headersSent) response.destroy();
        else sendRefusal(request, response, toBreakdownRefusal(error, requestId));
      },
    );
};

/** How much of a refused body is read to its end; past that the connection is given up. */
const MAX_DISCARDED_BYTES = 16 * 1024 * 1024;

/** Sends a refusal as the JSON that OAuth clients read. */
export const sendRefusal = (
  request: IncomingMessage,
  response: ServerResponse,
  refusal: Refusal,
): void => {
  if (!request.complete) discardBody(request, MAX_DISCARDED_BYTES);
  response.writeHead(refusal.status, {
    "content-type": "application/json",
    "cache-control": "no-store",
    ...refusal.headers,
  });
  response.end(JSON.stringify({ error: refusal.error, error_description: refusal.description }));
};

/** In the shape of MCP, since past the token a client's transport reads and not its OAuth part. */
const refuseCall = (request: IncomingMessage, response: ServerResponse, wait: Wait): void => {
  discardBody(request, MAX_DISCARDED_BYTES);
  refuse(response, {
    status: TOO_MANY_REQUESTS.status,
    code: RATE_LIMITED,
    message: TOO_MANY_REQUESTS.description,
    headers: { "retry-after": String(wait.retryAfterSeconds) },
  });
};

/** Of the codes that JSON-RPC 2.0 §5.1 leaves to servers. */
const RATE_LIMITED = -32_029;

const toBreakdownRefusal = (error: unknown, requestId: string): Refusal => {
  const {
    status,
    error: code,
    description,
    retryAfterSeconds,
  } = describeBreakdown(error, requestId);
  return {
    status,
    error: code,
    description,
    ...(retryAfterSeconds !== undefined && {
      headers: { "retry-after": String(retryAfterSeconds) },
    }),
  };
};
