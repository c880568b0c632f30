import { type ConnectionId, toConnectionId } from "../../core/ids.ts";
import type { Logger } from "../../core/logger.ts";
import type { AuthorizationServer } from "../../oauth/authorization-server.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import { renderDisconnectPage } from "../../web/disconnect-page.ts";
import { readAccounts } from "../accounts.ts";
import { type ConnectionNotice, toNoticeAddress } from "../connection-notices.ts";
import { createPersonFormRoute, type PersonFormDeps } from "../person-form.ts";
import { type ErrorText, pageResponse, redirectResponse } from "../responses.ts";
import type { RouteHandler } from "../route.ts";

/** What disconnecting works with. */
export interface DisconnectRouteDeps extends PersonFormDeps {
  readonly authorization: AuthorizationServer;
  readonly upstream: Upstream;
  readonly sandbox: boolean;
  readonly log: Logger;
}

/** `GET /connections/confirm-disconnect`: says what disconnecting does, and asks. */
export const createConfirmDisconnectRoute =
  (deps: DisconnectRouteDeps): RouteHandler =>
  async (request) => {
    const person = await deps.people.find(request.cookies);
    if (person === undefined) return redirectResponse(`${deps.publicUrl}/connections`);
    const id = toConnectionId(request.query.get("connection") ?? "");
    const ids = person.connectionIds.filter((one) => one === id);
    const [account] = await readAccounts(deps.upstream, ids);
    if (account === undefined) return deps.errorPage(request, 404, NO_ACCOUNT);
    const { connection, name } = account;
    return pageResponse(
      200,
      renderDisconnectPage({
        id,
        kind: connection.kind,
        name,
        grants: (await deps.authorization.listGrants(id)).length,
        csrfToken: person.csrfToken,
        sandbox: deps.sandbox,
      }),
    );
  };

/**
 * `POST /connections/disconnect`: uninstalls the app first where the person asked for that, then discards
 * GoHighLevel's tokens and ends every grant on them (V06). The grants go first: if something breaks in
 * between, the account is still there to be disconnected. And once more after the tokens, for those that
 * were made meanwhile. An uninstall that fails keeps nobody connected.
 */
export const createDisconnectRoute = (deps: DisconnectRouteDeps): RouteHandler =>
  createPersonFormRoute(deps, async ({ request, person, form }) => {
    const connectionId = toConnectionId(form.get("connection") ?? "");
    if (!person.connectionIds.includes(connectionId)) {
      return deps.errorPage(request, 404, NO_ACCOUNT);
    }
    const notice =
      form.get("uninstall") === "yes" ? await uninstall(deps, connectionId) : undefined;
    const endGrants = () => deps.authorization.revokeGrantsOfConnection(connectionId);
    const before = await endGrants();
    await deps.upstream.removeConnection(connectionId);
    const grantsEnded = before + (await endGrants());
    const { requestId } = request;
    deps.log.info("a person disconnected an account", {
      audit: "connection_removed",
      requestId,
      connectionId,
      grantsEnded,
      ...(notice === undefined ? {} : { uninstall: notice }),
    });
    return redirectResponse(toNoticeAddress(deps.publicUrl, notice ?? "disconnected"));
  });

const uninstall = async (
  { upstream }: DisconnectRouteDeps,
  id: ConnectionId,
): Promise<ConnectionNotice> => {
  const outcome = await upstream.uninstall(id);
  return outcome.ok ? "uninstalled" : `uninstall_${outcome.failure.kind}`;
};

/** One text for an unknown account and for another person's (N05). */
export const NO_ACCOUNT: ErrorText = {
  title: "There is no such account",
  text: "It is disconnected already, or you have not signed in to it in this browser. Nothing was changed.",
  advice: "Sign in to the account first, then try again.",
};
