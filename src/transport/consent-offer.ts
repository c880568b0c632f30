import type { AuthorizationServer, PendingAuthorization } from "../oauth/authorization-server.ts";
import type { Upstream } from "../upstream/upstream.ts";
import type { ConsentView } from "../web/consent-page.ts";
import { readAccounts } from "./accounts.ts";
import type { People } from "./person-session.ts";
import type { RouteRequest } from "./route.ts";

/** What finding an offer needs. */
export interface ConsentOfferDeps {
  readonly authorization: Pick<AuthorizationServer, "findEarlierApproval">;
  readonly upstream: Pick<Upstream, "findConnection" | "listLocations">;
  readonly people: People;
}

const MOST_ACCOUNTS = 5;

/** What a signed-in person can go on with, the account of an earlier approval first. */
export const readConsentOffer = async (
  deps: ConsentOfferDeps,
  { request, pending }: { readonly request: RouteRequest; readonly pending: PendingAuthorization },
): Promise<Pick<ConsentView, "accounts" | "approvedBefore">> => {
  const person = await deps.people.find(request.cookies);
  if (person === undefined) return { accounts: [] };
  const earlier = await deps.authorization.findEarlierApproval(pending.transactionId, person);
  const ids = person.connectionIds.toSorted(
    (one, other) => Number(other === earlier?.connectionId) - Number(one === earlier?.connectionId),
  );
  const accounts = await readAccounts(deps.upstream, ids.slice(0, MOST_ACCOUNTS));
  const usable = accounts.filter((account) => account.isUsable);
  const isOffered = usable.some(({ connection }) => connection.id === earlier?.connectionId);
  return {
    accounts: usable.map(({ connection, name, detail }) => ({
      id: connection.id,
      name,
      ...(detail === undefined ? {} : { detail }),
    })),
    ...(earlier !== undefined && isOffered ? { approvedBefore: earlier.approvedAt } : {}),
  };
};
