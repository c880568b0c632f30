import type { AuditTrail } from "../../core/audit.ts";
import type { Logger } from "../../core/logger.ts";
import type { AuthorizationServer } from "../../oauth/authorization-server.ts";
import type { LoginFailure, Upstream } from "../../upstream/upstream.ts";
import { toSubject } from "../accounts.ts";
import { clearCookie, serializeCookie } from "../cookies.ts";
import { finishSignIn } from "../finish-sign-in.ts";
import type { Limits } from "../limits/limits.ts";
import { addRetryAfter, TOO_MANY_REQUESTS } from "../limits/refusals.ts";
import { describeLoginFailure } from "../login-failures.ts";
import type { People } from "../person-session.ts";
import { redirectResponse, type ErrorPages } from "../responses.ts";
import type { RouteHandler, RouteRequest } from "../route.ts";

/** What the callback works with. */
export interface CallbackRouteDeps {
  readonly authorization: AuthorizationServer;
  readonly upstream: Upstream;
  readonly people: People;
  readonly limits: Pick<Limits, "installs">;
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
    if (!login.ok) {
      const isInstall = !request.query.has("state") && request.query.has("code");
      return login.failure.kind === "state_missing" && isInstall
        ? receiveInstall(deps, request)
        : answerFailure(deps, request, login.failure);
    }
    const { purpose, connection, cookieName } = login.value;
    const who = { subject: toSubject(connection), connectionId: connection.id };
    const cookies = [clearCookie(cookieName), await deps.people.signIn(request.cookies, who)];
    return finishSignIn(deps, { request, purpose, connection, cookies });
  };

/**
 * Without a state nothing proves that this browser asked, be it an installation from the marketplace or
 * somebody else's code: the tokens are kept unclaimed, and a page asks the person (ADR 13).
 */
const receiveInstall = async (
  deps: CallbackRouteDeps,
  request: RouteRequest,
): Promise<Response> => {
  const wait = deps.limits.installs(request.address);
  if (wait !== undefined) {
    return addRetryAfter(
      deps.errorPage(request, TOO_MANY_REQUESTS.status, TOO_MANY_REQUESTS.page),
      wait,
    );
  }
  const { query, cookies } = request;
  const received = await deps.upstream.installs.receive({ query, cookies });
  return received.ok
    ? redirectResponse(`${deps.publicUrl}/oauth/claim`, [serializeCookie(received.value.cookie)])
    : answerFailure(deps, request, received.failure);
};

const answerFailure = async (
  deps: CallbackRouteDeps,
  request: RouteRequest,
  failure: LoginFailure,
): Promise<Response> => {
  await noteFailure(deps, request, failure);
  const answer = describeLoginFailure(failure);
  if ("purpose" in failure && failure.purpose.kind === "authorization" && answer.toClient) {
    const refused = await deps.authorization.refuse(
      failure.purpose.transactionId,
      answer.toClient.error,
      answer.toClient.description,
    );
    if (refused.ok) return redirectResponse(refused.value.location);
  }
  const status = isUnvouched(request, failure) ? 400 : answer.status;
  return deps.errorPage(request, status, answer.page);
};

const noteFailure = async (
  deps: CallbackRouteDeps,
  { requestId }: RouteRequest,
  failure: LoginFailure,
): Promise<void> => {
  deps.log.warn("sign-in did not finish", {
    requestId,
    failure: failure.kind,
    // Somebody may be sending others their own sign-in (attack case B05).
    ...(failure.kind === "wrong_browser" && { audit: "sign_in_in_other_browser" }),
    ...("status" in failure && { upstreamStatus: failure.status, hint: failure.hint }),
    ...("problem" in failure && { problem: failure.problem }),
  });
  // Only what became of a sign-in of ours: anybody can make up a state.
  if ("purpose" in failure || failure.kind === "wrong_browser") {
    await deps.audit?.record({
      kind: "sign_in.failed",
      reason: failure.kind,
      ...("reason" in failure && { refusal: failure.reason }),
      requestId,
    });
  }
};

/** Without a state no sign-in of ours vouches for the code: that it is refused is the sender's fault. */
const isUnvouched = ({ query }: RouteRequest, { kind }: LoginFailure): boolean =>
  kind === "exchange_refused" && !query.has("state");
