import type { AuthorizationServer } from "../../oauth/authorization-server.ts";
import { CLAIM_COOKIE, type InstallClaim, type Upstream } from "../../upstream/upstream.ts";
import { type ClaimView, renderClaimPage, renderLeftPage } from "../../web/claim-page.ts";
import { toSubject } from "../accounts.ts";
import type { BrowserSessions } from "../browser-session.ts";
import { clearCookie } from "../cookies.ts";
import { finishSignIn, type FinishDeps } from "../finish-sign-in.ts";
import { parseForm } from "../form-body.ts";
import type { People } from "../person-session.ts";
import { type ErrorText, pageResponse } from "../responses.ts";
import type { RouteHandler, RouteRequest } from "../route.ts";
import { isSameOriginPost } from "../same-origin.ts";

/** What the claim page works with. */
export interface ClaimRouteDeps extends FinishDeps {
  readonly authorization: Pick<AuthorizationServer, "complete" | "findAuthorization">;
  readonly upstream: Pick<Upstream, "installs">;
  readonly sessions: BrowserSessions;
  readonly people: People;
  readonly sandbox: boolean;
}

/**
 * `/oauth/claim`: an installation came back without the state that binds a sign-in to its browser, so
 * the person says whether it is theirs (ADR 13). Only a POST from this page connects it.
 */
export const createClaimRoute =
  (deps: ClaimRouteDeps): RouteHandler =>
  (request) =>
    request.method === "GET" ? show(deps, request) : decide(deps, request);

const show = async (deps: ClaimRouteDeps, request: RouteRequest): Promise<Response> => {
  const claim = await deps.upstream.installs.find(request.cookies);
  if (claim === undefined) return deps.errorPage(request, 404, GONE);
  const session = deps.sessions.open(request.cookies);
  const { name, detail, kind } = claim;
  const client = await readClient(deps, claim);
  const page = renderClaimPage({
    kind,
    name,
    ...(detail === undefined ? {} : { detail }),
    ...(client === undefined ? {} : { client }),
    csrfToken: deps.sessions.csrfToken(tokenOf(request), session.browserId),
    sandbox: deps.sandbox,
  });
  return pageResponse(200, page, session.setCookie === undefined ? [] : [session.setCookie]);
};

const decide = async (deps: ClaimRouteDeps, request: RouteRequest): Promise<Response> => {
  const form = parseForm({ contentType: request.headers["content-type"], body: request.body });
  const sent = { transactionId: tokenOf(request), csrfToken: readField(form, "csrf") };
  if (
    !isSameOriginPost(request.headers, deps.publicUrl) ||
    !deps.sessions.isFormOfBrowser(request.cookies, sent)
  ) {
    return deps.errorPage(request, 403, NOT_FROM_PAGE);
  }
  switch (readField(form, "decision")) {
    case "take":
      return take(deps, request);
    case "leave":
      await deps.upstream.installs.leave(request.cookies);
      return pageResponse(200, renderLeftPage(deps), [clearCookie(CLAIM_COOKIE)]);
    default:
      return deps.errorPage(request, 400, UNREADABLE);
  }
};

const take = async (deps: ClaimRouteDeps, request: RouteRequest): Promise<Response> => {
  const claimed = await deps.upstream.installs.claim(request.cookies);
  if (!claimed.ok) return deps.errorPage(request, 404, GONE);
  const { connection, purpose, cookieNames } = claimed.value;
  deps.log.info("a person claimed an installation", {
    audit: "install_claimed",
    requestId: request.requestId,
    connectionId: connection.id,
  });
  const who = { subject: toSubject(connection), connectionId: connection.id };
  const cookies = [...cookieNames.map(clearCookie), await deps.people.signIn(request.cookies, who)];
  return finishSignIn(deps, { request, purpose, connection, cookies });
};

/** The client whose approved request goes on with this installation. */
const readClient = async (
  deps: ClaimRouteDeps,
  { purpose }: InstallClaim,
): Promise<ClaimView["client"]> => {
  if (purpose.kind === "sign_in") return undefined;
  const pending = await deps.authorization.findAuthorization(purpose.transactionId);
  if (pending === undefined) return undefined;
  const { clientHost, clientName, redirectHost } = pending;
  return { label: clientHost ?? clientName ?? "the application", redirectHost };
};

const tokenOf = ({ cookies }: RouteRequest): string => cookies.get(CLAIM_COOKIE) ?? "";

const readField = (form: ReturnType<typeof parseForm>, name: string): string =>
  form.ok ? (form.value.get(name) ?? "") : "";

const GONE: ErrorText = {
  title: "No installation is waiting here",
  text: "It was connected already, it was replaced or uninstalled, or it waited for more than an hour. Nothing was changed.",
  advice: "To connect, start from your assistant, or sign in on the start page of this server.",
};

const NOT_FROM_PAGE: ErrorText = {
  title: "This form was not shown in this browser",
  text: "It did not come from a page that this server showed here, or the browser did not keep its cookie. Nothing was connected.",
  advice: "Install the app again at GoHighLevel, or start from your assistant.",
};

const UNREADABLE: ErrorText = {
  title: "The form cannot be read",
  text: "Something between the page and this server changed it. Nothing was connected.",
  advice: "Go back and send it again.",
};
