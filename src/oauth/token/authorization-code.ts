import { fail, ok, type Result } from "../../core/result.ts";
import { checkResource } from "../authorize/check-resource.ts";
import type { TokenResponse } from "../authorization-server.ts";
import type { Client } from "../clients/client.ts";
import type { GrantProblem, OAuthFailure } from "../failure.ts";
import { verifiesChallenge } from "../pkce.ts";
import { type Parameters, requireParameter } from "../wire.ts";
import type { CodeRecord } from "./codes.ts";
import type { GrantTypeDeps } from "./grant-type.ts";
import { issueTokens, toGrantNeed } from "./issue.ts";

/** A client's own retry that crossed with the first answer is refused, but costs nothing more. */
const HARMLESS_REPLAY_MS = 1000;

/**
 * Redeems an authorization code (RFC 6749 §4.1.3, OAuth 2.1 §4.1.3).
 *
 * Everything is judged before the code is spent, so a stranger who has the code and not the verifier
 * cannot take it from its owner, and a wrong `resource` can be put right. Spending is a conditional
 * write on the very version that was judged: nothing can change between judging and spending, and of
 * any number of concurrent redemptions one succeeds. The same write leaves the mark by which a later
 * redemption is known as a replay. A replay that proves the verifier ends the grant; one that does not
 * proves only that the code was seen, and must not end anybody's session.
 */
export const redeemCode = async (
  deps: GrantTypeDeps,
  client: Client,
  parameters: Parameters,
): Promise<Result<TokenResponse, OAuthFailure>> => {
  const code = requireParameter(parameters, "code");
  if (!code.ok) return code;
  const found = await deps.codes.find(code.value);
  if (found === undefined) return invalid("unknown");
  const record = found.value;
  const judged = judgeRequest(deps.settings.issuer, record, { client, parameters });
  if (!judged.ok) return judged;
  if (record.redeemedAtMs !== undefined) return refuseReplay(deps, record, record.redeemedAtMs);
  if (!(await deps.codes.redeem(code.value, found))) return invalid("already_redeemed");

  const grant = await deps.grants.find(record.grantId);
  if (grant === undefined) return invalid("grant_ended");
  if (!(await deps.grants.extend(grant.id, toGrantNeed(deps)))) return invalid("grant_ended");
  await deps.registered.keep(client.id);
  return ok(await issueTokens(deps, grant, { reach: grant, resource: record.resource }));
};

const judgeRequest = (
  issuer: string,
  record: CodeRecord,
  { client, parameters }: { readonly client: Client; readonly parameters: Parameters },
): Result<"sound", OAuthFailure> => {
  if (record.clientId !== client.id) return invalid("other_client");
  // OAuth 2.1 §4.1.3 has no redirect_uri here; PKCE does its work. Who sends one must mean the same.
  if (parameters.redirect_uri !== undefined && parameters.redirect_uri !== record.redirectUri) {
    return invalid("redirect_uri_mismatch");
  }
  if (!verifiesChallenge(parameters.code_verifier ?? "", record.challenge)) {
    return invalid("verifier_mismatch");
  }
  const resource = checkResource(parameters, issuer);
  if (!resource.ok) return resource;
  return resource.value === record.resource ? ok("sound") : fail({ kind: "invalid_target" });
};

const refuseReplay = async (
  deps: GrantTypeDeps,
  record: CodeRecord,
  redeemedAtMs: number,
): Promise<Result<never, OAuthFailure>> => {
  if (deps.clock.nowMs() - redeemedAtMs <= HARMLESS_REPLAY_MS) return invalid("already_redeemed");
  await deps.grants.revoke(record.grantId, "code_replay");
  deps.log.warn("authorization code presented again, grant revoked", {
    event: "code_replay",
    grantId: record.grantId,
    clientId: record.clientId,
  });
  return invalid("code_replayed");
};

const invalid = (reason: GrantProblem): Result<never, OAuthFailure> =>
  fail({ kind: "invalid_grant", reason });
