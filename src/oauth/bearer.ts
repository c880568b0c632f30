import type { Clock } from "../core/clock.ts";
import type { Principal } from "../core/principal.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { type Soon, whenThere } from "../core/soon.ts";
import type { BearerFailure } from "./failure.ts";
import type { BearerRecall } from "./bearer-recall.ts";
import type { Grant, Grants } from "./grants.ts";
import { intersectReach } from "./scopes.ts";
import type { AccessTokenRecord, AccessTokens } from "./token/access-tokens.ts";

/** A header beyond this is refused before anything looks at it. */
const MAX_HEADER_LENGTH = 512;
// RFC 6750 §2.1: the scheme in any case (RFC 9110 §11.1), then one b64token.
const BEARER = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i;
const ANY_BEARER = /^bearer(?: |$)/i;

/** What judging a bearer token needs. */
export interface BearerDeps {
  /** The audience that a token must have. */
  readonly resource: string;
  readonly recall: BearerRecall;
  readonly clock: Clock;
}

/**
 * Judges an `Authorization` header: form, existence, expiry, audience, live grant. Looked up for each
 * request, in memory only while nothing has changed, so a revoked grant ends its tokens at once; the use
 * is noted at most once in five minutes. Refresh tokens, codes and GoHighLevel's tokens are unknown here (no
 * passthrough).
 */
export const authenticateBearer = (
  deps: BearerDeps,
  authorization: string | undefined,
): Soon<Result<Principal, BearerFailure>> => {
  if (authorization === undefined) return fail({ kind: "missing_token" });
  const token = readBearer(authorization);
  return token.ok
    ? whenThere(deps.recall.findToken(token.value), (record) => judgeToken(deps, record))
    : token;
};

const judgeToken = (
  { resource, recall, clock }: BearerDeps,
  record: AccessTokenRecord | undefined,
): Soon<Result<Principal, BearerFailure>> => {
  if (record === undefined) return fail({ kind: "invalid_token", reason: "unknown" });
  if (record.expiresAt <= clock.nowSeconds()) {
    return fail({ kind: "invalid_token", reason: "expired" });
  }
  if (record.resource !== resource) {
    return fail({ kind: "invalid_token", reason: "wrong_audience" });
  }
  return whenThere(recall.useGrant(record.grantId), (grant) =>
    grant === undefined
      ? fail({ kind: "invalid_token", reason: "unknown" })
      : ok(toPrincipal(grant, record)),
  );
};

const toPrincipal = (grant: Grant, record: AccessTokenRecord): Principal => ({
  grantId: grant.id,
  clientId: grant.clientId,
  subject: grant.subject,
  connectionId: grant.connectionId,
  ...intersectReach(grant, record),
  locations: grant.locations,
  expiresAt: record.expiresAt,
});

/**
 * Whether a request that was let in may go on: its grant lives and its token has not been revoked. That
 * the token has expired since does not end it: streams outlive tokens, and each new message brings one.
 * Always asks the store.
 */
export const mayContinue = async (
  deps: Pick<BearerDeps, "clock"> & {
    readonly accessTokens: AccessTokens;
    readonly grants: Grants;
  },
  principal: Principal,
  authorization: string | undefined,
): Promise<boolean> => {
  if ((await deps.grants.find(principal.grantId)) === undefined) return false;
  const { expiresAt } = principal;
  if (expiresAt !== undefined && expiresAt <= deps.clock.nowSeconds()) return true;
  const token = readBearer(authorization ?? "");
  return token.ok && (await deps.accessTokens.find(token.value)) !== undefined;
};

const readBearer = (authorization: string): Result<string, BearerFailure> => {
  if (authorization.length > MAX_HEADER_LENGTH) {
    return fail({ kind: "invalid_token", reason: "malformed" });
  }
  const token = BEARER.exec(authorization)?.[1];
  if (token !== undefined) return ok(token);
  // Another scheme, such as Basic, is no attempt at a bearer token.
  return fail(
    ANY_BEARER.test(authorization)
      ? { kind: "invalid_token", reason: "malformed" }
      : { kind: "missing_token" },
  );
};
