import type { Connection } from "../../core/connection.ts";
import type { TransactionId } from "../../core/ids.ts";
import type { Logger } from "../../core/logger.ts";
import type { AuthorizationServer, Authorized } from "../../oauth/authorization-server.ts";
import type { LoginFailure, Upstream } from "../../upstream/upstream.ts";
import { renderConnectedPage } from "../../web/connected-page.ts";
import { clearCookie } from "../cookies.ts";
import { describeLoginFailure } from "../login-failures.ts";
import { pageResponse, redirectResponse, type ErrorPages } from "../responses.ts";
import type { RouteHandler, RouteRequest } from "../route.ts";

/** What the callback works with. */
export interface CallbackRouteDeps {
  readonly authorization: AuthorizationServer;
  readonly upstream: Upstream;
  readonly mcpUrl: string;
  readonly sandbox: boolean;
  readonly errorPage: ErrorPages;
  readonly log: Logger;
}

/**
 * `/oauth/callback`: where GoHighLevel sends the browser. Ends at the client that asked, or on a page.
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
    const cookies = [clearCookie(cookieName)];
    if (purpose.kind === "sign_in") {
      return pageResponse(200, await renderConnected(deps, connection), cookies);
    }
    return finish(deps, { request, connection, cookies, transactionId: purpose.transactionId });
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
    toAuthorized(done.connection),
  );
  if (result.ok) return redirectResponse(result.value.location, done.cookies);
  deps.log.warn("sign-in finished after its request had ended", {
    requestId: done.request.requestId,
    failure: result.failure.kind,
  });
  return deps.errorPage(done.request, 400, {
    title: "Signed in, but the request has ended",
    text: "GoHighLevel is connected to this server, but the application's request was finished already or waited for too long. The application got no access.",
    advice: "Go back to the application and connect again.",
  });
};

/** A location connection reaches its location; an agency's reaches all that the agency approved. */
const toAuthorized = (connection: Connection): Authorized => ({
  subject: connection.userId ?? connection.id,
  connectionId: connection.id,
  locations:
    connection.kind === "company" || connection.locationId === undefined
      ? "all"
      : [connection.locationId],
});

const answerFailure = async (
  deps: CallbackRouteDeps,
  request: RouteRequest,
  failure: LoginFailure,
): Promise<Response> => {
  deps.log.warn("sign-in did not finish", {
    requestId: request.requestId,
    failure: failure.kind,
    ...("status" in failure && { upstreamStatus: failure.status, hint: failure.hint }),
    ...("problem" in failure && { problem: failure.problem }),
  });
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

/** Names are a courtesy: a GoHighLevel that is slow to tell them does not hold the page up. */
const NAMES_TIMEOUT_MS = 3000;

const renderConnected = async (
  deps: CallbackRouteDeps,
  connection: Connection,
): Promise<string> => {
  const locations = await deps.upstream.listLocations(
    connection.id,
    AbortSignal.timeout(NAMES_TIMEOUT_MS),
  );
  return renderConnectedPage({
    kind: connection.kind,
    locationNames: locations.ok ? locations.value.map((location) => location.name) : [],
    accountId: connection.locationId ?? connection.companyId ?? connection.id,
    mcpUrl: deps.mcpUrl,
    sandbox: deps.sandbox,
  });
};
