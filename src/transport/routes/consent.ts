import { type ConnectionId, toTransactionId } from "../../core/ids.ts";
import type {
  AuthorizationServer,
  ConsentDecision,
  PendingAuthorization,
} from "../../oauth/authorization-server.ts";
import { toPublicText, toWire, type OAuthFailure } from "../../oauth/errors.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import { renderConsentPage } from "../../web/consent-page.ts";
import { readAccounts, toAuthorized } from "../accounts.ts";
import type { BrowserSessions } from "../browser-session.ts";
import { readConsentForm } from "../consent-form.ts";
import { readConsentOffer } from "../consent-offer.ts";
import { serializeCookie } from "../cookies.ts";
import type { People } from "../person-session.ts";
import { pageResponse, redirectResponse, type ErrorPages, type ErrorText } from "../responses.ts";
import type { RouteHandler, RouteRequest } from "../route.ts";
import { isSameOriginPost } from "../same-origin.ts";

/** What the consent page works with. */
export interface ConsentRouteDeps {
  readonly authorization: AuthorizationServer;
  readonly upstream: Upstream;
  readonly sessions: BrowserSessions;
  readonly people: People;
  readonly publicUrl: string;
  readonly sandbox: boolean;
  readonly errorPage: ErrorPages;
}

/** `/oauth/consent`: shows the page, and takes the decision. Only a POST changes anything (B15). */
export const createConsentRoute = (deps: ConsentRouteDeps): RouteHandler => {
  const show = async (request: RouteRequest): Promise<Response> => {
    const id = request.query.get("transaction") ?? "";
    const pending = await deps.authorization.findAuthorization(toTransactionId(id));
    if (pending === undefined) return deps.errorPage(request, 404, GONE);
    return showForm(deps, { request, pending });
  };
  return (request) => (request.method === "GET" ? show(request) : decide(deps, request));
};

/** Every check comes before the transaction is looked at, so that a refused post touches nothing. */
const decide = async (deps: ConsentRouteDeps, request: RouteRequest): Promise<Response> => {
  if (!isSameOriginPost(request.headers, deps.publicUrl)) {
    return deps.errorPage(request, 403, NOT_FROM_PAGE);
  }
  const form = readConsentForm(request);
  if (!form.ok) return deps.errorPage(request, 400, UNREADABLE);
  if (!deps.sessions.isFormOfBrowser(request.cookies, form.value)) {
    return deps.errorPage(request, 403, NOT_FROM_PAGE);
  }
  const id = toTransactionId(form.value.transactionId);
  const { choice } = form.value;
  switch (choice.kind) {
    case "approve":
      return approve(deps, { request, id, ...choice });
    case "deny": {
      const refused = await deps.authorization.refuse(
        id,
        "access_denied",
        "the person refused the request",
      );
      return refused.ok
        ? redirectResponse(refused.value.location)
        : failurePage(deps.errorPage, request, refused.failure);
    }
    case "incomplete": {
      const pending = await deps.authorization.findAuthorization(id);
      if (pending === undefined) return deps.errorPage(request, 404, GONE);
      return showForm(deps, { request, pending, notice: choice.notice });
    }
  }
};

interface Approval {
  readonly request: RouteRequest;
  readonly id: PendingAuthorization["transactionId"];
  readonly decision: ConsentDecision;
  readonly connectionId?: ConnectionId;
}

/**
 * With an account that the person is signed in to, the request is complete; otherwise the sign-in at
 * GoHighLevel follows. The cookie that binds it to this browser is set here, and not before (B10).
 */
const approve = async (deps: ConsentRouteDeps, approval: Approval): Promise<Response> => {
  if (approval.connectionId !== undefined) return approveWithAccount(deps, approval);
  const approved = await deps.authorization.approve(approval.id, approval.decision);
  if (!approved.ok) return failurePage(deps.errorPage, approval.request, approved.failure);
  const login = await deps.upstream.startLogin({
    kind: "authorization",
    transactionId: approval.id,
  });
  return redirectResponse(login.authorizeUrl, [serializeCookie(login.cookie)]);
};

/** The form names the account; only the session says that this person may use it. */
const approveWithAccount = async (
  deps: ConsentRouteDeps,
  { request, id, decision, connectionId }: Approval,
): Promise<Response> => {
  const person = await deps.people.find(request.cookies);
  const ids = person?.connectionIds.filter((one) => one === connectionId) ?? [];
  const [account] = (await readAccounts(deps.upstream, ids)).filter((one) => one.isUsable);
  if (person === undefined || account === undefined) {
    const pending = await deps.authorization.findAuthorization(id);
    if (pending === undefined) return deps.errorPage(request, 404, GONE);
    return showForm(deps, { request, pending, notice: ACCOUNT_GONE });
  }
  const approved = await deps.authorization.approve(id, decision);
  if (!approved.ok) return failurePage(deps.errorPage, request, approved.failure);
  const authorized = toAuthorized(account.connection, person.subject);
  const completed = await deps.authorization.complete(id, authorized);
  return completed.ok
    ? redirectResponse(completed.value.location)
    : failurePage(deps.errorPage, request, completed.failure);
};

const showForm = async (
  deps: ConsentRouteDeps,
  shown: {
    readonly request: RouteRequest;
    readonly pending: PendingAuthorization;
    readonly notice?: string;
  },
): Promise<Response> => {
  const { pending, notice } = shown;
  const session = deps.sessions.open(shown.request.cookies);
  const page = renderConsentPage({
    ...pending,
    ...(await readConsentOffer(deps, shown)),
    csrfToken: deps.sessions.csrfToken(pending.transactionId, session.browserId),
    sandbox: deps.sandbox,
    ...(notice !== undefined && { notice }),
  });
  const cookies = session.setCookie === undefined ? [] : [session.setCookie];
  return pageResponse(notice === undefined ? 200 : 400, page, cookies);
};

const ACCOUNT_GONE =
  "That account cannot be used from here any more. Choose again, or sign in at GoHighLevel.";

/** A failure of the authorization server as the person's page. */
const failurePage = (
  errorPage: ErrorPages,
  request: RouteRequest,
  failure: OAuthFailure,
): Response => errorPage(request, toWire(failure).status, toPublicText(failure));

/** One text for unknown, expired and finished, so that guessing ids tells nothing (B17, B18). */
const GONE: ErrorText = {
  title: "This request is no longer open",
  text: "It was finished already, or it waited for more than 10 minutes.",
  advice: "Go back to the application and connect again.",
};

const NOT_FROM_PAGE: ErrorText = {
  title: "This form was not shown in this browser",
  text: "The decision did not come from a page that this server showed here, or the browser did not keep its cookie. Nothing was allowed.",
  advice:
    "Go back to the application and connect again. If it happens again, allow cookies for this site.",
};

const UNREADABLE: ErrorText = {
  title: "The form cannot be read",
  text: "Something between the page and this server changed it. Nothing was allowed.",
  advice: "Go back and send it again.",
};
