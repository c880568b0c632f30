import type { IncomingMessage } from "node:http";
import { isAllowedHost, isAllowedOrigin } from "./allowed-hosts.ts";
import type { McpRoute } from "./http.ts";
import { announcesTooMuch } from "./request-body.ts";

/** Why a request is turned away before anything looks at it. */
export interface Refusal {
  readonly status: number;
  readonly error: string;
  readonly description: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request on its way in. */
export interface GuardedRequest {
  readonly request: IncomingMessage;
  /** The path without the query, as sent. */
  readonly path: string;
  readonly publicUrl: string;
}

/** One rule that a request must pass. */
export type Guard = (guarded: GuardedRequest) => Refusal | undefined;

/** What every request must pass, in this order. */
export const REQUEST_GUARDS: readonly Guard[] = [checkTarget, checkSingleHost, checkHost];

/** What a request to an MCP endpoint must pass besides, in this order, before its token is judged. */
export const createMcpGuards = (route: McpRoute): readonly Guard[] => [
  checkMethod(route),
  checkAnnouncedLength(route),
];

/** Only `/path` and `/path?query`; no absolute targets, which name a host of their own. */
function checkTarget({ request }: GuardedRequest): Refusal | undefined {
  if (request.url?.startsWith("/") === true) return undefined;
  return {
    status: 400,
    error: "invalid_request",
    description: "the request target must be a path",
  };
}

/** Of two, one program would read the first and the next the last (RFC 9112 §3.2). */
function checkSingleHost({ request }: GuardedRequest): Refusal | undefined {
  if (countHosts(request.rawHeaders) <= 1) return undefined;
  return {
    status: 400,
    error: "invalid_request",
    description: "the request must name its host once",
  };
}

/** Names and values take turns. Node would build an object of all headers to tell. */
function countHosts(rawHeaders: readonly string[]): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length === 4 && name.toLowerCase() === "host") count += 1;
  }
  return count;
}

/**
 * Probes come with the address of the machine in place of its name, and learn nothing. So do those who
 * collect metrics; that route judges the Host itself.
 */
function checkHost({ request, path, publicUrl }: GuardedRequest): Refusal | undefined {
  if (path.startsWith("/health/") || path === "/metrics") return undefined;
  const { localPort } = request.socket;
  if (isAllowedHost(request.headers.host, { publicUrl, localPort })) return undefined;
  return {
    status: 421,
    error: "invalid_request",
    description: `this server answers for ${new URL(publicUrl).host} only`,
  };
}

/** Pages of other sites may not drive the MCP endpoints (MCP 2026-07-28, transports: 403). */
export function checkOrigin({ request, publicUrl }: GuardedRequest): Refusal | undefined {
  if (isAllowedOrigin(request.headers.origin, publicUrl)) return undefined;
  return {
    status: 403,
    error: "invalid_request",
    description: "requests from pages of this origin are not allowed",
  };
}

function checkMethod(route: McpRoute): Guard {
  return ({ request }) => {
    if (route.methods.some((method) => method === request.method)) return undefined;
    const allow = route.methods.join(", ");
    return {
      status: 405,
      error: "invalid_request",
      description: `this endpoint takes ${allow} only`,
      headers: { allow },
    };
  };
}

function checkAnnouncedLength(route: McpRoute): Guard {
  return ({ request }) =>
    announcesTooMuch(request, route.maxBodyBytes)
      ? {
          status: 413,
          error: "invalid_request",
          description: `the body must have at most ${route.maxBodyBytes} bytes`,
        }
      : undefined;
}
