import type { IncomingMessage, ServerResponse } from "node:http";
import type { Logger } from "../core/logger.ts";
import type { AuthorizationServer } from "../oauth/authorization-server.ts";
import type { BearerFailure } from "../oauth/errors.ts";
import { describeBreakdown } from "./breakdown.ts";
import { CORS_HEADERS, preflightHeaders } from "./cors.ts";
import { checkOrigin, createMcpGuards, type Refusal } from "./guards.ts";
import type { McpRoute } from "./http.ts";
import { discardBody } from "./request-body.ts";
import { requestIdOf } from "./request-id.ts";

/** What the MCP endpoints are guarded with. */
export interface McpEndpointDeps {
  readonly publicUrl: string;
  readonly authorization: AuthorizationServer;
  readonly log: Logger;
}

/**
 * Answers one MCP endpoint: origin, preflight, method, announced size, then the bearer token, and
 * only then the transport. A token in the query string is never looked at (RFC 6750 §2.3).
 */
export const createMcpEndpoint = (
  deps: McpEndpointDeps,
  route: McpRoute,
): ((request: IncomingMessage, response: ServerResponse) => Promise<void>) => {
  const guards = createMcpGuards(route);

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const guarded = { request, path: route.path, publicUrl: deps.publicUrl };
    const foreign = checkOrigin(guarded);
    if (foreign !== undefined) return sendRefusal(request, response, foreign);
    setHeaders(response, CORS_HEADERS);
    if (request.method === "OPTIONS") {
      response.writeHead(204, preflightHeaders(route.methods)).end();
      return;
    }
    for (const guard of guards) {
      const refusal = guard(guarded);
      if (refusal !== undefined) return sendRefusal(request, response, refusal);
    }
    const principal = await deps.authorization.authenticate(request.headers.authorization);
    if (!principal.ok) {
      return sendRefusal(
        request,
        response,
        toRefusal(deps.authorization, route, principal.failure),
      );
    }
    await route.handle(request, response, principal.value);
  };

  return async (request, response) => {
    try {
      await answer(request, response);
    } catch (error) {
      const requestId = requestIdOf(response);
      deps.log.error("request failed", { requestId, route: route.path, cause: error });
      if (response.headersSent) response.destroy();
      else sendRefusal(request, response, toBreakdownRefusal(error, requestId));
    }
  };
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

const BEARER_TEXT = {
  missing_token: { status: 401, error: "invalid_token", description: "no access token was sent" },
  invalid_token: {
    status: 401,
    error: "invalid_token",
    description: "the access token is not valid here: unknown, expired or revoked",
  },
  insufficient_scope: {
    status: 403,
    error: "insufficient_scope",
    description: "the grant behind the access token does not reach that far",
  },
} as const satisfies Readonly<Record<BearerFailure["kind"], Refusal>>;

const toRefusal = (
  authorization: AuthorizationServer,
  route: McpRoute,
  failure: BearerFailure,
): Refusal => ({
  ...BEARER_TEXT[failure.kind],
  headers: { "www-authenticate": authorization.challenge(failure, route.resource) },
});

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

const setHeaders = (response: ServerResponse, headers: Readonly<Record<string, string>>): void => {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
};
