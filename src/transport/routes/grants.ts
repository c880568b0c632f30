import { toGrantId } from "../../core/ids.ts";
import type { Logger } from "../../core/logger.ts";
import type { AuthorizationServer, GrantView } from "../../oauth/authorization-server.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import { type GrantRow, renderGrantsPage, renderSignedOutPage } from "../../web/grants-page.ts";
import { type Account, readAccounts } from "../accounts.ts";
import { createPersonFormRoute, type PersonFormDeps } from "../person-form.ts";
import type { SignedInPerson } from "../person-session.ts";
import { type ErrorText, pageResponse, redirectResponse } from "../responses.ts";
import type { RouteHandler } from "../route.ts";

/** What the grants page and its forms work with. */
export interface GrantsRouteDeps extends PersonFormDeps {
  readonly authorization: AuthorizationServer;
  readonly upstream: Upstream;
  readonly mcpUrl: string;
  readonly sandbox: boolean;
  readonly log: Logger;
}

/** What the page says after something was done; the address names the row, never the text. */
const NOTICES: ReadonlyMap<string | null, string> = new Map([
  ["revoked", "The access has ended. None of its tokens works any more."],
  ["signed_out", "You are signed out in this browser. Clients keep the access that you gave them."],
]);

/** `/grants`: the accounts that a person signed in to, and who has access to what. */
export const createGrantsRoute =
  (deps: GrantsRouteDeps): RouteHandler =>
  async (request) => {
    const { sandbox, mcpUrl } = deps;
    const notice = NOTICES.get(request.query.get("notice"));
    const person = await deps.people.find(request.cookies);
    if (person === undefined) {
      return pageResponse(200, renderSignedOutPage({ sandbox, notice }));
    }
    const { accounts, grants } = await readAccess(deps, person);
    return pageResponse(
      200,
      renderGrantsPage({
        sandbox,
        mcpUrl,
        notice,
        csrfToken: person.csrfToken,
        accounts: accounts
          .filter(({ connection }) => person.connectionIds.includes(connection.id))
          .map(({ connection, ...account }) => ({
            ...account,
            id: connection.id,
            status: connection.status,
            connectedAt: connection.connectedAt,
          })),
        grants: grants.map((grant) => toRow(grant, accounts)),
      }),
    );
  };

/** `POST /grants/revoke`: ends one grant of this person; another's looks like none (N05). */
export const createRevokeRoute = (deps: GrantsRouteDeps): RouteHandler =>
  createPersonFormRoute(deps, async ({ request, person, form }) => {
    const grantId = toGrantId(form.get("grant") ?? "");
    const grant = await deps.authorization.revokeGrantOfPerson(person.subject, grantId);
    if (grant === undefined) return deps.errorPage(request, 404, NO_GRANT);
    const { clientId, connectionId } = grant;
    const { requestId } = request;
    deps.log.info("a person revoked a grant", {
      audit: "grant_revoked",
      requestId,
      grantId,
      clientId,
      connectionId,
    });
    return redirectResponse(`${deps.publicUrl}/grants?notice=revoked`);
  });

/** `POST /sign-out`: ends the session, here and in the store. */
export const createSignOutRoute = (deps: GrantsRouteDeps): RouteHandler =>
  createPersonFormRoute(deps, async ({ request }) => {
    const cookie = await deps.people.signOut(request.cookies);
    return redirectResponse(`${deps.publicUrl}/grants?notice=signed_out`, [cookie]);
  });

const readAccess = async (
  deps: GrantsRouteDeps,
  person: SignedInPerson,
): Promise<{ readonly accounts: readonly Account[]; readonly grants: readonly GrantView[] }> => {
  const grants = await deps.authorization.listGrantsOfPerson(person.subject);
  const ids = new Set([...person.connectionIds, ...grants.map((grant) => grant.connectionId)]);
  return { grants, accounts: await readAccounts(deps.upstream, [...ids]) };
};

const toRow = (grant: GrantView, accounts: readonly Account[]): GrantRow => {
  const account = accounts.find(({ connection }) => connection.id === grant.connectionId);
  const { clientName, clientHost, redirectHost, grantId, access, areas, createdAt } = grant;
  return {
    id: grantId,
    ...(clientName === undefined ? {} : { clientName }),
    ...(clientHost === undefined ? {} : { clientHost }),
    ...(redirectHost === undefined ? {} : { redirectHost }),
    access,
    areas,
    createdAt,
    lastUsedAt: grant.lastUsedAt,
    accountName: account?.name ?? "an account that is no longer connected",
    locationNames: toLocationNames(grant, account),
  };
};

/** Named only where the grant is limited to some of the locations of an agency. */
const toLocationNames = (grant: GrantView, account: Account | undefined): readonly string[] => {
  if (grant.locations === "all" || account?.connection.kind !== "company") return [];
  return grant.locations.map(
    (id) => account.locations.find((location) => location.id === id)?.name ?? id,
  );
};

const NO_GRANT: ErrorText = {
  title: "There is no such access",
  text: "It has ended already, or it is not yours to end. Nothing was changed.",
  advice: "Open the list again to see what there is.",
};
