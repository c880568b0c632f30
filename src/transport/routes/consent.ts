import { type ConnectionId, toTransactionId } from "../../core/ids.ts";
import type { Logger } from "../../core/logger.ts";
import type {
  AuthorizationServer,
  ConsentDecision,
  PendingAuthorization,
} from "../../oauth/authorization-server.ts";
import { toPublicText, toWire, type OAuthFailure } from "../../oauth/errors.ts";
import type { PrivateTokenEntry, Upstream } from "../../upstream/upstream.ts";
import { renderConsentPage } from "../../web/consent-page.ts";
import { readAccounts, toAuthorized } from "../accounts.ts";
import type { BrowserSessions } from "../browser-session.ts";
import { connectByToken } from "../connect-token.ts";
import { readConsentForm, type RefusedChoice } from "../consent-form.ts";
import { readConsentOffer } from "../consent-offer.ts";
import { serializeCookie } from "../cookies.ts";
import { finishSignIn } from "../finish-sign-in.ts";
import type { Limits } from "../limits/limits.ts";
import type { People } from "../person-session.ts";
import { TOKEN_MISSING } from "../private-token-form.ts";
import { pageResponse, redirectResponse, type ErrorPages, type ErrorText } from "../responses.ts";
import type { RouteHandler, RouteRequest } from "../route.ts";
import { isSameOriginPost } from "../same-origin.ts";

/** What the consent page works with. */
export interface ConsentRouteDeps {
  readonly authorization: AuthorizationServer;
  readonly upstream: Upstream;
  readonly sessions: BrowserSessions;
  readonly people: People;
  readonly limits: Pick<Limits, "privateTokens">;
  readonly log: Logger;
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
    case "incomplete":
      return showAgain(deps, { request, id, refused: choice });
  }
};

interface Approval {
  readonly request: RouteRequest;
  readonly id: PendingAuthorization["transactionId"];
  readonly decision: ConsentDecision;
  readonly connectionId?: ConnectionId;
  readonly privateToken?: PrivateTokenEntry;
}

/**
 * With an account that the person is signed in to, the request is complete; otherwise the sign-in at
 * GoHighLevel follows. The cookie that binds it to this browser is set here, and not before (B10).
 */
const approve = async (deps: ConsentRouteDeps, approval: Approval): Promise<Response> => {
  const { privateToken, decision: chosen } = approval;
  if (privateToken !== undefined) return approveWithToken(deps, { ...approval, privateToken });
  if (approval.connectionId !== undefined) return approveWithAccount(deps, approval);
  if (!deps.upstream.hasApp) {
    return showAgain(deps, { ...approval, refused: { notice: TOKEN_MISSING, chosen } });
  }
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
    return showAgain(deps, { request, id, refused: { notice: ACCOUNT_GONE, chosen: decision } });
  }
  const approved = await deps.authorization.approve(id, decision);
  if (!approved.ok) return failurePage(deps.errorPage, request, approved.failure);
  const authorized = toAuthorized(account.connection, person.subject);
  const completed = await deps.authorization.complete(id, authorized);
  return completed.ok
    ? redirectResponse(completed.value.location)
    : failurePage(deps.errorPage, request, completed.failure);
};

/** A token that GoHighLevel does not take leaves the request open, and the choices as they were made. */
const approveWithToken = async (
  deps: ConsentRouteDeps,
  approval: Approval & { readonly privateToken: PrivateTokenEntry },
): Promise<Response> => {
  const { request, id, decision, privateToken } = approval;
  // Before GoHighLevel is asked: a request that has ended must not make a connection.
  if ((await deps.authorization.findAuthorization(id)) === undefined) {
    return deps.errorPage(request, 404, GONE);
  }
  const connected = await connectByToken(deps, request, privateToken);
  if (!connected.ok) {
    const { locationId } = privateToken;
    const { status, notice } = connected.failure;
    return showAgain(deps, {
      request,
      id,
      status,
      refused: { notice, chosen: decision, locationId },
    });
  }
  const approved = await deps.authorization.approve(id, decision);
  if (!approved.ok) return failurePage(deps.errorPage, request, approved.failure);
  const { connection, subject, cookie } = connected.value;
  const purpose = { kind: "authorization", transactionId: id } as const;
  return finishSignIn(deps, { request, purpose, connection, subject, cookies: [cookie] });
};

/** Shows the form once more with what is wrong, unless the request has ended. */
const showAgain = async (
  deps: ConsentRouteDeps,
  shown: {
    readonly request: RouteRequest;
    readonly id: PendingAuthorization["transactionId"];
    readonly status?: number;
    readonly refused: RefusedChoice;
  },
): Promise<Response> => {
  const pending = await deps.authorization.findAuthorization(shown.id);
  return pending === undefined
    ? deps.errorPage(shown.request, 404, GONE)
    : showForm(deps, { ...shown, pending });
};

const showForm = async (
  deps: ConsentRouteDeps,
  shown: {
    readonly request: RouteRequest;
    readonly pending: PendingAuthorization;
    readonly status?: number;
    readonly refused?: RefusedChoice;
  },
): Promise<Response> => {
  const { pending, refused, status = refused === undefined ? 200 : 400 } = shown;
  const session = deps.sessions.open(shown.request.cookies);
  const page = renderConsentPage({
    ...pending,
    ...(await readConsentOffer(deps, shown)),
    csrfToken: deps.sessions.csrfToken(pending.transactionId, session.browserId),
    sandbox: deps.sandbox,
    hasApp: deps.upstream.hasApp,
    ...(refused !== undefined && { requestId: shown.request.requestId }),
    ...toShownAgain(refused),
  });
  const cookies = session.setCookie === undefined ? [] : [session.setCookie];
  return pageResponse(status, page, cookies);
};

const toShownAgain = (refused: RefusedChoice | undefined): Partial<RefusedChoice> => ({
  ...(refused !== undefined && { notice: refused.notice }),
  ...(refused?.chosen !== undefined && { chosen: refused.chosen }),
  ...(refused?.locationId !== undefined && { locationId: refused.locationId }),
});

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
