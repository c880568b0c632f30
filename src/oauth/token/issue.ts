import { addSeconds, type Clock, type EpochSeconds } from "../../core/clock.ts";
import type { TokenResponse } from "../authorization-server.ts";
import type { Grant } from "../grants.ts";
import { type Reach, toScope } from "../scopes.ts";
import type { AuthorizationServerSettings } from "../settings.ts";
import type { AccessTokens } from "./access-tokens.ts";
import type { RefreshTokens } from "./refresh-tokens.ts";

/** What issuing tokens needs. */
export interface IssueDeps {
  readonly settings: AuthorizationServerSettings;
  readonly accessTokens: AccessTokens;
  readonly refreshTokens: RefreshTokens;
  readonly clock: Clock;
}

/**
 * Issues an access token of a reach and a refresh token of the whole grant (RFC 6749 §5.1). Neither
 * outlives the grant. A refresh token comes with or without `offline_access`: clients that never ask
 * for it lose their session every day otherwise.
 */
export const issueTokens = async (
  deps: IssueDeps,
  grant: Grant,
  token: { readonly reach: Reach; readonly resource: string },
): Promise<TokenResponse> => {
  const { settings, clock } = deps;
  const issuedAt = clock.nowSeconds();
  const owner = { grantId: grant.id, clientId: grant.clientId, resource: token.resource };
  const expiresAt = earlier(addSeconds(issuedAt, settings.accessTokenTtlSeconds), grant.endsAt);
  const [accessToken, refreshToken] = await Promise.all([
    deps.accessTokens.mint({ ...owner, ...token.reach, issuedAt, expiresAt }),
    deps.refreshTokens.mint({
      ...owner,
      expiresAt: earlier(addSeconds(issuedAt, settings.refreshTokenTtlSeconds), grant.endsAt),
    }),
  ]);
  return {
    access_token: accessToken,
    token_type: "Bearer",
    expires_in: expiresAt - issuedAt,
    refresh_token: refreshToken,
    scope: toScope(token.reach),
  };
};

/** Takes back tokens that nobody has seen. */
export const discardTokens = async (deps: IssueDeps, response: TokenResponse): Promise<void> => {
  await deps.accessTokens.remove(response.access_token);
  await deps.refreshTokens.remove(response.refresh_token);
};

/** Until when a grant must be kept for tokens issued now. */
export const toGrantNeed = (deps: IssueDeps): EpochSeconds =>
  addSeconds(
    deps.clock.nowSeconds(),
    Math.max(deps.settings.accessTokenTtlSeconds, deps.settings.refreshTokenTtlSeconds),
  );

const earlier = (one: EpochSeconds, other: EpochSeconds): EpochSeconds =>
  one < other ? one : other;
