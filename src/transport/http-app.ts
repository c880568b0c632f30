import type { IncomingMessage, ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import type { Logger } from "../core/logger.ts";
import { isAllowedHost } from "./allowed-hosts.ts";
import { parseCookies } from "./cookies.ts";
import { CORS_HEADERS, preflightHeaders } from "./cors.ts";
import { describeBreakdown } from "./breakdown.ts";
import { isLoopbackPeer } from "./limits/client-address.ts";
import type { AddressReader } from "./limits/forwarded-address.ts";
import { addRetryAfter, TOO_MANY_REQUESTS, tooManyRequests } from "./limits/refusals.ts";
import type { Wait } from "./limits/rate-limiter.ts";
import { readBody, type BodyFailure } from "./request-body.ts";
import { requestIdOf } from "./based-response.ts";
import { readQuery } from "./request-query.ts";
import { errorResponse, redirectResponse, type ErrorPages } from "./responses.ts";
import { prefersPage, type Route } from "./route.ts";

/** What the app works with. */
export interface HttpAppDeps {
  readonly routes: readonly Route[];
  readonly publicUrl: string;
  readonly errorPage: ErrorPages;
  readonly log: Logger;
  /** Who a request comes from, as limits count. */
  readonly readAddress: AddressReader;
}

interface Exchange {
  readonly incoming: IncomingMessage;
  readonly requestId: string;
}

/** Answers everything in the route table, and everything that is in no table. */
export const createHttpApp = (
  deps: HttpAppDeps,
): ((request: IncomingMessage, response: ServerResponse) => Promise<void>) => {
  const app = new Hono<{ Bindings: Exchange }>();
  for (const route of deps.routes) {
    app.all(route.path, (context) => answer(deps, route, context.env));
  }
  app.notFound((context) => answerUnknown(deps, context.env));
  return getRequestListener(
    (request, env) => {
      // The server is node:http, so the pair is HTTP/1.
      const { incoming, outgoing } = env as { incoming: IncomingMessage; outgoing: ServerResponse };
      return app.fetch(request, { incoming, requestId: requestIdOf(outgoing) });
    },
    {
      overrideGlobalObjects: false,
      // Only for what cannot be made a Request; the routes answer their own exceptions.
      errorHandler: () => errorResponse(400, "invalid_request", "the request target is malformed"),
    },
  );
};

/** The one place where a route's exceptions end: a bug or a broken store, never the caller's input. */
const answer = async (deps: HttpAppDeps, route: Route, exchange: Exchange): Promise<Response> => {
  let response: Response;
  try {
    response = await answerRoute(deps, route, exchange);
  } catch (error) {
    const { requestId } = exchange;
    const breakdown = describeBreakdown(error, requestId);
    deps.log.error("request failed", { requestId, route: route.path, cause: error });
    response =
      route.reader === "person"
        ? deps.errorPage(exchange, breakdown.status, breakdown.page)
        : errorResponse(breakdown.status, breakdown.error, breakdown.description);
    if (breakdown.retryAfterSeconds !== undefined) {
      response.headers.set("retry-after", String(breakdown.retryAfterSeconds));
    }
  }
  if (route.cors === "any") {
    for (const [name, value] of Object.entries(CORS_HEADERS)) response.headers.set(name, value);
  }
  return response;
};

const answerRoute = async (
  deps: HttpAppDeps,
  route: Route,
  exchange: Exchange,
): Promise<Response> => {
  const { incoming, requestId } = exchange;
  // Not from the Request object: there TRACE and HEAD can read as GET.
  const method = incoming.method ?? "";
  if (method === "OPTIONS" && route.cors === "any") {
    return new Response(null, { status: 204, headers: preflightHeaders(route.methods) });
  }
  if (!isAllowed(route, method)) return refuseMethod(deps, route, exchange);
  const canonical = findCanonicalUrl(deps.publicUrl, route, incoming);
  if (canonical !== undefined) return redirectResponse(canonical);
  const address = deps.readAddress(incoming);
  const wait = route.limits?.[method]?.(address);
  if (wait !== undefined) return refuseFlood(deps, route, { exchange, wait });
  const body = await readBody(incoming, route.maxBodyBytes);
  if (!body.ok) return refuseBody(deps, route, { exchange, failure: body.failure });
  return route.handle({
    method,
    query: readQuery(incoming.url),
    headers: flattenHeaders(incoming),
    cookies: parseCookies(incoming.headers.cookie),
    body: body.value,
    requestId,
    address,
    fromThisMachine: isLoopbackPeer(incoming.socket),
  });
};

type Method = Route["methods"][number];

const isAllowed = (route: Route, method: string): method is Method =>
  route.methods.some((allowed) => allowed === method);

/** A page for people; clients that read no HTML get the OAuth error (attack case D05). */
const refuseFlood = (
  deps: HttpAppDeps,
  route: Route,
  refused: { readonly exchange: Exchange; readonly wait: Wait },
): Response => {
  const { exchange, wait } = refused;
  return route.reader === "person" && prefersPage(exchange.incoming.headers.accept)
    ? addRetryAfter(
        deps.errorPage(exchange, TOO_MANY_REQUESTS.status, TOO_MANY_REQUESTS.page),
        wait,
      )
    : tooManyRequests(wait);
};

const refuseMethod = (deps: HttpAppDeps, route: Route, exchange: Exchange): Response => {
  const allow = route.methods.join(", ");
  const response =
    route.reader === "person"
      ? deps.errorPage(exchange, 405, {
          title: "This address does not work that way",
          text: `It takes ${allow} only.`,
        })
      : errorResponse(405, "invalid_request", `this endpoint takes ${allow} only`);
  response.headers.set("allow", allow);
  return response;
};

const refuseBody = (
  deps: HttpAppDeps,
  route: Route,
  refused: { readonly exchange: Exchange; readonly failure: BodyFailure },
): Response => {
  const tooLarge = refused.failure.kind === "too_large";
  const text = tooLarge
    ? `the body must have at most ${route.maxBodyBytes} bytes`
    : "the body ended early";
  return route.reader === "person"
    ? deps.errorPage(refused.exchange, tooLarge ? 413 : 400, {
        title: tooLarge ? "The form is too large" : "The form is incomplete",
        text: `The request cannot be read: ${text}.`,
      })
    : errorResponse(tooLarge ? 413 : 400, "invalid_request", text);
};

/**
 * Where a page asked for under another loopback name lives: cookies set under that name would be
 * missing when GoHighLevel sends the browser back to the public URL.
 */
const findCanonicalUrl = (
  publicUrl: string,
  route: Route,
  incoming: IncomingMessage,
): string | undefined => {
  if (route.reader !== "person" || incoming.method === "POST") return undefined;
  if (isAllowedHost(incoming.headers.host, { publicUrl, localPort: undefined })) return undefined;
  return `${publicUrl}${incoming.url ?? "/"}`;
};

const answerUnknown = (deps: HttpAppDeps, exchange: Exchange): Response => {
  const { incoming } = exchange;
  const isDiscovery = incoming.url?.startsWith("/.well-known/") === true;
  if (!isDiscovery && prefersPage(incoming.headers.accept)) {
    return deps.errorPage(exchange, 404, {
      title: "There is nothing here",
      text: "This address is not one of this server's pages.",
    });
  }
  return errorResponse(404, "not_found", "there is nothing at this path");
};

const flattenHeaders = (
  incoming: IncomingMessage,
): Readonly<Record<string, string | undefined>> => {
  const flat: Record<string, string | undefined> = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(incoming.headers)) {
    flat[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return flat;
};
