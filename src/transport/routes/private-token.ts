import type { Upstream } from "../../upstream/upstream.ts";
import { renderPrivateTokenPage } from "../../web/private-token-page.ts";
import type { BrowserSessions } from "../browser-session.ts";
import { connectByToken, type ConnectTokenDeps } from "../connect-token.ts";
import { parseForm } from "../form-body.ts";
import { readLocationId, readPrivateToken, TOKEN_MISSING } from "../private-token-form.ts";
import { type ErrorPages, type ErrorText, pageResponse, redirectResponse } from "../responses.ts";
import type { RouteHandler, RouteRequest } from "../route.ts";
import { isSameOriginPost } from "../same-origin.ts";

/** What the page works with. */
export interface PrivateTokenRouteDeps extends ConnectTokenDeps {
  readonly upstream: Pick<Upstream, "connectPrivate" | "hasApp">;
  readonly sessions: BrowserSessions;
  readonly publicUrl: string;
  readonly sandbox: boolean;
  readonly errorPage: ErrorPages;
}

/** What the form's token is made for, in place of a transaction. */
const FORM = "private-token";

/** `/oauth/private-token`: connects a location by a private integration token, without a client. */
export const createPrivateTokenRoute =
  (deps: PrivateTokenRouteDeps): RouteHandler =>
  (request) =>
    request.method === "GET" ? show(deps, request) : take(deps, request);

const show = (
  deps: PrivateTokenRouteDeps,
  request: RouteRequest,
  refused?: { readonly status: number; readonly notice: string; readonly locationId: string },
): Response => {
  const session = deps.sessions.open(request.cookies);
  const page = renderPrivateTokenPage({
    csrfToken: deps.sessions.csrfToken(FORM, session.browserId),
    sandbox: deps.sandbox,
    hasApp: deps.upstream.hasApp,
    ...(refused === undefined
      ? {}
      : {
          notice: refused.notice,
          locationId: refused.locationId,
          requestId: request.requestId,
        }),
  });
  const cookies = session.setCookie === undefined ? [] : [session.setCookie];
  return pageResponse(refused?.status ?? 200, page, cookies);
};

const take = async (deps: PrivateTokenRouteDeps, request: RouteRequest): Promise<Response> => {
  const form = parseForm({ contentType: request.headers["content-type"], body: request.body });
  const csrfToken = form.ok ? (form.value.get("csrf") ?? "") : "";
  if (
    !form.ok ||
    !isSameOriginPost(request.headers, deps.publicUrl) ||
    !deps.sessions.isFormOfBrowser(request.cookies, { transactionId: FORM, csrfToken })
  ) {
    return deps.errorPage(request, 403, NOT_FROM_PAGE);
  }
  const locationId = readLocationId(form.value);
  const entry = readPrivateToken(form.value);
  if (entry === undefined) {
    return show(deps, request, { status: 400, notice: TOKEN_MISSING, locationId });
  }
  const connected = await connectByToken(deps, request, entry);
  return connected.ok
    ? redirectResponse(`${deps.publicUrl}/grants?notice=connected`, [connected.value.cookie])
    : show(deps, request, { ...connected.failure, locationId });
};

const NOT_FROM_PAGE: ErrorText = {
  title: "This form was not shown in this browser",
  text: "It did not come from a page that this server showed here, or the browser did not keep its cookie. Nothing was connected.",
  advice: "Open the page again and repeat what you did there.",
};
