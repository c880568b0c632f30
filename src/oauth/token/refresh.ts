import { fail, ok, type Result } from "../../core/result.ts";
import { hashToken } from "../../crypto/hash.ts";
import { checkResource } from "../authorize/check-resource.ts";
import type { TokenResponse } from "../authorization-server.ts";
import type { Client } from "../clients/client.ts";
import type { GrantProblem, OAuthFailure } from "../failure.ts";
import type { Grant } from "../grants.ts";
import type { Versioned } from "../record-table.ts";
import { narrowReach } from "../scopes.ts";
import { type Parameters, requireParameter, tokenResponse } from "../wire.ts";
import type { GrantTypeDeps } from "./grant-type.ts";
import { discardTokens, issueTokens, toGrantNeed } from "./issue.ts";
import type { RefreshTokenRecord } from "./refresh-tokens.ts";
import { openReplay, sealReplay } from "./sealed-replay.ts";

/** How long a used token answers the same request with the same response: for a lost answer. */
const GRACE_MS = 30_000;

interface Presented {
  readonly token: string;
  readonly stored: Versioned<RefreshTokenRecord>;
  readonly grant: Grant;
  readonly requestDigest: string;
  readonly parameters: Parameters;
}

/**
 * Refreshes (RFC 6749 §6, RFC 9700 §4.14): every use gives a new refresh token and ends the old one.
 * The new tokens are written first, then the old record is rotated on the version that was judged: a
 * crash before loses nothing, a crash after leaves the sealed response to be asked for again. Who
 * loses the race gets the winner's response.
 */
export const refreshGrant = async (
  deps: GrantTypeDeps,
  client: Client,
  parameters: Parameters,
): Promise<Result<TokenResponse, OAuthFailure>> => {
  const token = requireParameter(parameters, "refresh_token");
  if (!token.ok) return token;
  const find = (): ReturnType<typeof findPresented> =>
    findPresented(deps, client, { token: token.value, parameters });
  const presented = await find();
  if (!presented.ok) return presented;
  if (presented.value.stored.value.rotated !== undefined) return replay(deps, presented.value);
  const rotated = await rotate(deps, presented.value);
  if (rotated !== "lost_race") return rotated;
  const again = await find();
  return again.ok ? replay(deps, again.value) : again;
};

const findPresented = async (
  deps: GrantTypeDeps,
  client: Client,
  { token, parameters }: Pick<Presented, "token" | "parameters">,
): Promise<Result<Presented, OAuthFailure>> => {
  const stored = await deps.refreshTokens.find(token);
  if (stored === undefined) return invalid("unknown");
  // Another client's mistake or theft: the owner's family stays as it is.
  if (stored.value.clientId !== client.id) return invalid("other_client");
  const grant = await deps.grants.find(stored.value.grantId);
  if (grant === undefined) return invalid("grant_ended");
  return ok({ token, stored, grant, requestDigest: digestRequest(parameters), parameters });
};

const rotate = async (
  deps: GrantTypeDeps,
  presented: Presented,
): Promise<Result<TokenResponse, OAuthFailure> | "lost_race"> => {
  const { token, stored, grant, requestDigest, parameters } = presented;
  const { resource } = stored.value;
  const asked = checkResource(parameters, deps.settings.issuer);
  if (!asked.ok || asked.value !== resource) return fail({ kind: "invalid_target" });
  const reach = narrowReach(grant, parameters.scope);
  if (reach === undefined) return fail({ kind: "invalid_scope" });
  if (!(await deps.grants.extend(grant.id, toGrantNeed(deps)))) return invalid("grant_ended");

  const response = await issueTokens(deps, grant, { reach, resource });
  const isWinner = await deps.refreshTokens.rotate(token, stored, {
    successor: response.refresh_token,
    requestDigest,
    sealedResponse: sealReplay(deps.random, token, JSON.stringify(response)),
  });
  if (!isWinner) {
    await discardTokens(deps, response);
    return "lost_race";
  }
  await deps.registered.keep(grant.clientId);
  return ok(response);
};

/**
 * A token that was used before. The same request soon after is a client whose answer got lost, as long
 * as nobody has used what it was given: it gets that answer again. Anything else means that two parties
 * hold the token, and the grant ends for both.
 */
const replay = async (
  deps: GrantTypeDeps,
  presented: Presented,
): Promise<Result<TokenResponse, OAuthFailure>> => {
  const { rotated } = presented.stored.value;
  if (
    rotated !== undefined &&
    deps.clock.nowMs() - rotated.atMs <= GRACE_MS &&
    rotated.requestDigest === presented.requestDigest &&
    (await deps.refreshTokens.isUnused(rotated.successorHash))
  ) {
    return ok(tokenResponse.parse(JSON.parse(openReplay(presented.token, rotated.sealedResponse))));
  }
  const { id: grantId, clientId } = presented.grant;
  await deps.grants.revoke(grantId, "refresh_reuse");
  deps.log.warn("refresh token used again, grant revoked", {
    event: "refresh_reuse",
    grantId,
    clientId,
  });
  return invalid("refresh_reused");
};

/** What was asked for, whatever the order of its words. The client is bound by the record. */
const digestRequest = ({ scope, resources }: Parameters): string =>
  hashToken(JSON.stringify([[...new Set((scope ?? "").split(" "))].toSorted(), resources]));

const invalid = (reason: GrantProblem): Result<never, OAuthFailure> =>
  fail({ kind: "invalid_grant", reason });
