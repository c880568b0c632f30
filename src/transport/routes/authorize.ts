import type { AuthorizationServer } from "../../oauth/authorization-server.ts";
import { toPublicText, toWire, type OAuthFailure } from "../../oauth/errors.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import { serializeCookie } from "../cookies.ts";
import { describeFormFailure, parseForm } from "../form-body.ts";
import type { Limits } from "../limits/limits.ts";
import { redirectResponse, type ErrorPages } from "../responses.ts";
import { prefersPage, type RouteHandler, type RouteRequest } from "../route.ts";
import { failureResponse } from "./endpoints.ts";

/** What the authorization endpoint works with. */
export interface AuthorizeRouteDeps {
  readonly authorization: AuthorizationServer;
  readonly upstream: Upstream;
  readonly limits: Pick<Limits, "documents">;
  readonly publicUrl: string;
  readonly errorPage: ErrorPages;
}

/**
 * `/oauth/authorize` (RFC 6749 §3.1): an MCP client's request goes to the consent page. A GET without
 * any parameter is a person who wants to sign in, and goes to GoHighLevel straight away; without a
 * marketplace app, to the page for a private integration token.
 */
export const createAuthorizeRoute = (deps: AuthorizeRouteDeps): RouteHandler => {
  const authorize = async (request: RouteRequest, parameters: URLSearchParams) => {
    const fetchLimit = deps.limits.documents(request.address);
    const outcome = await deps.authorization.authorize(parameters, fetchLimit);
    switch (outcome.kind) {
      case "consent": {
        const query = new URLSearchParams({ transaction: outcome.transactionId });
        return redirectResponse(`${deps.publicUrl}/oauth/consent?${query.toString()}`);
      }
      case "redirect":
        return redirectResponse(outcome.location);
      case "page":
        return answerFailure(deps.errorPage, request, outcome.failure);
    }
  };
  return async (request) => {
    if (request.method === "GET") {
      return request.query.size === 0 ? startSignIn(deps) : authorize(request, request.query);
    }
    const form = parseForm({
      contentType: request.headers["content-type"],
      body: request.body,
      // The authorization server judges repetitions, and can tell the client.
      repeatable: [...new URLSearchParams(request.body).keys()],
    });
    if (form.ok) return authorize(request, form.value);
    return deps.errorPage(request, 400, {
      title: "This request cannot be accepted",
      text: `The request cannot be read: ${describeFormFailure(form.failure)}.`,
    });
  };
};

/** Clients that read no HTML get the OAuth error, with the hint to register again (attack case Z04). */
const answerFailure = (
  errorPage: ErrorPages,
  request: RouteRequest,
  failure: OAuthFailure,
): Response =>
  prefersPage(request.headers["accept"])
    ? errorPage(request, toWire(failure).status, toPublicText(failure))
    : failureResponse(failure);

const startSignIn = async (deps: AuthorizeRouteDeps): Promise<Response> => {
  if (!deps.upstream.hasApp) return redirectResponse(`${deps.publicUrl}/oauth/private-token`);
  const login = await deps.upstream.startLogin({ kind: "sign_in" });
  return redirectResponse(login.authorizeUrl, [serializeCookie(login.cookie)]);
};
