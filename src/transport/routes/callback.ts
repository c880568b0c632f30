import type { AuditTrail } from "../../core/audit.ts";
import type { Connection } from "../../core/connection.ts";
import type { TransactionId } from "../../core/ids.ts";
import type { Logger } from "../../core/logger.ts";
import type { AuthorizationServer } from "../../oauth/authorization-server.ts";
import type { LoginFailure, LoginPurpose, Upstream } from "../../upstream/upstream.ts";
import { toAuthorized, toSubject } from "../accounts.ts";
import { type ConnectionNotice, toNoticeAddress } from "../connection-notices.ts";
import { clearCookie } from "../cookies.ts";
import { describeLoginFailure } from "../login-failures.ts";
import type { People } from "../person-session.ts";
import { redirectResponse, type ErrorPages } from "../responses.ts";
import type { RouteHandler, RouteRequest } from "../route.ts";

/** What the callback works with. */
export interface CallbackRouteDeps {
  readonly authorization: AuthorizationServer;
  readonly upstream: Upstream;
  readonly people: People;
  readonly publicUrl: string;
  readonly errorPage: ErrorPages;
  readonly log: Logger;
  readonly audit?: AuditTrail;
}

/**
 * `/oauth/callback`: where GoHighLevel sends the browser. Ends at the client that asked, or on a page,
 * and signs the person in: this browser has just proven who uses it.
 * A browser that goes away does not stop the exchange: GoHighLevel has used up the code by then.
 */
export const createCallbackRoute =
  (deps: CallbackRouteDeps): RouteHandler =>
  async (request) => {
    const login = await deps.upstream.completeLogin({
      query: request.query,
      cookies: request.cookies,
    });
    if (!login.ok) return answerFailure(deps, request, login.failure);
    const { purpose, connection, cookieName } = login.value;
    const who = { subject: toSubject(connection), connectionId: connection.id };
    const cookies = [clearCookie(cookieName), await deps.people.signIn(request.cookies, who)];
    // Sent on, so that loading the page again does not repeat a callback that works once.
    if (purpose.kind === "sign_in") {
      const notice = toSignInNotice(purpose, connection);
      return redirectResponse(toNoticeAddress(deps.publicUrl, notice), cookies);
    }
    return finish(deps, { request, connection, cookies, transactionId: purpose.transactionId });
  };

const toSignInNotice = (
  { reconnects }: Extract<LoginPurpose, { readonly kind: "sign_in" }>,
  { id }: Connection,
): ConnectionNotice => {
  if (reconnects === undefined) return "connected";
  return reconnects === id ? "reconnected" : "reconnected_other";
};

const finish = async (
  deps: CallbackRouteDeps,
  done: {
    readonly request: RouteRequest;
    readonly connection: Connection;
    readonly cookies: readonly string[];
    readonly transactionId: TransactionId;
  },
): Promise<Response> => {
  const result = await deps.authorization.complete(
    done.transactionId,
    toAuthorized(done.connection, toSubject(done.connection)),
  );
  if (result.ok) return redirectResponse(result.value.location, done.cookies);
  deps.log.warn("sign-in finished after its request had ended", {
    requestId: done.request.requestId,
    failure: result.failure.kind,
  });
  const response = deps.errorPage(done.request, 400, {
    title: "Signed in, but the request has ended",
    text: "GoHighLevel is connected to this server, but the application's request was finished already or waited for too long. The application got no access.",
    advice: "Go back to the application and connect again.",
  });
  for (const cookie of done.cookies) response.headers.append("set-cookie", cookie);
  return response;
};

const answerFailure = async (
  deps: CallbackRouteDeps,
  request: RouteRequest,
  failure: LoginFailure,
): Promise<Response> => {
  deps.log.warn("sign-in did not finish", {
    requestId: request.requestId,
    failure: failure.kind,
    // Somebody may be sending others their own sign-in (attack case B05).
    ...(failure.kind === "wrong_browser" && { audit: "sign_in_in_other_browser" }),
    ...("status" in failure && { upstreamStatus: failure.status, hint: failure.hint }),
    ...("problem" in failure && { problem: failure.problem }),
  });
  // Only what became of a sign-in of ours: anybody can make up a state.
  if ("purpose" in failure || failure.kind === "wrong_browser") {
    const { requestId } = request;
    await deps.audit?.record({
      kind: "sign_in.failed",
      reason: failure.kind,
      ...("reason" in failure && { refusal: failure.reason }),
      requestId,
    });
  }
  const answer = describeLoginFailure(failure);
  if ("purpose" in failure && failure.purpose.kind === "authorization" && answer.toClient) {
    const refused = await deps.authorization.refuse(
      failure.purpose.transactionId,
      answer.toClient.error,
      answer.toClient.description,
    );
    if (refused.ok) return redirectResponse(refused.value.location);
  }
  return deps.errorPage(request, answer.status, answer.page);
};
