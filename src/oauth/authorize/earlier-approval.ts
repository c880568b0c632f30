import type { ConnectionId } from "../../core/ids.ts";
import type { EarlierApproval } from "../authorization-server.ts";
import type { Grant } from "../grants.ts";
import { matchesRedirectUri } from "../redirect-uri.ts";
import { includesReach } from "../scopes.ts";
import type { Transaction } from "./transaction.ts";

/**
 * Finds the newest live grant of this person that covers the request: the same client, the same
 * redirect URI (a loopback port may differ, RFC 8252 §7.3), nothing wider, and a connection that this
 * browser is signed in to (attack cases B06, B08). It makes the consent page shorter, and never skips
 * it: a request that someone else started, and sent to this person as a link, would otherwise connect
 * their account to a stranger's client in one click (GHSA-rww4-4w9c-7733).
 */
export const findEarlierApproval = (
  transaction: Transaction,
  grants: readonly Grant[],
  connectionIds: readonly ConnectionId[],
): EarlierApproval | undefined => {
  const covering = grants
    .filter(
      (grant) =>
        grant.clientId === transaction.clientId &&
        grant.redirectUri !== undefined &&
        matchesRedirectUri(grant.redirectUri, transaction.redirectUri) &&
        includesReach(grant, transaction.requested) &&
        connectionIds.includes(grant.connectionId),
    )
    .toSorted((one, other) => other.createdAt - one.createdAt);
  const [newest] = covering;
  return newest && { connectionId: newest.connectionId, approvedAt: newest.createdAt };
};
