import type { Clock, EpochSeconds } from "../core/clock.ts";
import { addSeconds, systemClock } from "../core/clock.ts";
import type { HttpClient } from "../core/http-client.ts";
import { toConnectionId } from "../core/ids.ts";
import type { Logger } from "../core/logger.ts";
import { silentLogger } from "../core/logger.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { type Secret, toSecret } from "../core/secret.ts";
import type { Random } from "../crypto/random.ts";
import { systemRandom } from "../crypto/random.ts";
import type { AccessToken, TokenFailure, TokenRequest, TokenSource } from "../ghl/ports.ts";
import { createHttpClient } from "../net/undici-http-client.ts";
import { toAuthorizeUrl } from "../upstream/endpoints.ts";
import type { UpstreamSettings } from "../upstream/settings.ts";
import { parseRefreshAnswer, parseTokenAnswer } from "../upstream/token-answer.ts";
import type { RefreshAnswer } from "../upstream/token-answer.ts";
import { createTokenEndpoint, type TokenEndpointFailure } from "../upstream/token-endpoint.ts";

/** The tokens of one installation. GoHighLevel takes each refresh token once. */
export interface GhlTokens {
  readonly accessToken: Secret;
  readonly refreshToken: Secret;
  readonly expiresAt: EpochSeconds;
  readonly userType: "Location" | "Company";
  readonly companyId: string;
  readonly locationId?: string;
  readonly userId?: string;
  readonly scopes: readonly string[];
}

/** What an OAuth client is made of. */
export interface GhlOAuthOptions {
  /** Of the marketplace app. */
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  /** Default: GoHighLevel's own. */
  readonly apiBaseUrl?: string;
  /** The page where a person chooses a location. Default: GoHighLevel's own. */
  readonly authorizeUrl?: string;
  /** The version id that a draft marketplace app needs. */
  readonly versionId?: string;
  /** Tokens saved earlier. */
  readonly tokens?: GhlTokens;
  /**
   * Saves new tokens, and is awaited before they are used: a refresh token that is lost cannot be had
   * again. Where it rejects, so does the call, and the next `refresh` tries to save them again.
   */
  readonly onTokens: (tokens: GhlTokens) => Promise<void>;
  readonly http?: HttpClient;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Logger;
}

/** Why no tokens were had. `unknown_state`: nothing was sent. */
export type GhlOAuthFailure =
  | { readonly kind: "unknown_state" }
  | { readonly kind: "no_tokens" }
  | TokenEndpointFailure;

/** The OAuth flow of one installation of a marketplace app (gohighlevel.md §4.1, §4.2). */
export interface GhlOAuthClient {
  /** The address to send the person's browser to; its state is good once, for ten minutes. */
  getAuthorizationUrl(): { readonly url: string; readonly state: string };
  /** Exchanges the code of the callback for tokens, if the state is one that was given out here. */
  exchangeCode(code: string, state: string): Promise<Result<GhlTokens, GhlOAuthFailure>>;
  /** Replaces the tokens. Callers that come while it runs share one request. */
  refresh(): Promise<Result<GhlTokens, GhlOAuthFailure>>;
  /** Tokens for `createGhlClient`, refreshed a minute before they expire or when one is refused. */
  readonly tokens: TokenSource;
}

const STATE_TTL_SECONDS = 600;
const MAX_STATES = 10_000;
const REFRESH_EARLY_SECONDS = 60;

/** Creates an OAuth client. It holds the tokens of one installation; make one for each. */
export const createGhlOAuthClient = (options: GhlOAuthOptions): GhlOAuthClient => {
  const { clock = systemClock, random = systemRandom, log = silentLogger } = options;
  const settings = toSettings(options);
  const http = options.http ?? createHttpClient();
  const endpoint = createTokenEndpoint({ settings, http, log });
  const states = new Map<string, EpochSeconds>();
  let tokens = options.tokens;
  let unsaved: GhlTokens | undefined;
  let refreshing: ReturnType<GhlOAuthClient["refresh"]> | undefined;

  const adopt = async (newer: GhlTokens): Promise<Result<GhlTokens, never>> => {
    unsaved = newer;
    await options.onTokens(newer);
    unsaved = undefined;
    tokens = newer;
    return ok(newer);
  };

  const refreshNow = async (): Promise<Result<GhlTokens, GhlOAuthFailure>> => {
    // The refresh token before these is spent: what could not be saved is all there is.
    if (unsaved !== undefined) return adopt(unsaved);
    if (tokens === undefined) return fail({ kind: "no_tokens" });
    const form = {
      grant_type: "refresh_token",
      refresh_token: tokens.refreshToken.reveal(),
    } as const;
    const answer = await endpoint.request(form, parseRefreshAnswer);
    return answer.ok ? adopt(toTokens(answer.value, clock, tokens)) : answer;
  };

  const refresh = (): Promise<Result<GhlTokens, GhlOAuthFailure>> => {
    refreshing ??= refreshNow().finally(() => {
      refreshing = undefined;
    });
    return refreshing;
  };

  return {
    getAuthorizationUrl: () => {
      const state = random.token();
      const now = clock.nowSeconds();
      for (const [old, expiresAt] of states) {
        if (expiresAt <= now || states.size >= MAX_STATES) states.delete(old);
      }
      states.set(state, addSeconds(now, STATE_TTL_SECONDS));
      return { url: toAuthorizeUrl(settings, state), state };
    },
    exchangeCode: async (code, state) => {
      const expiresAt = states.get(state);
      states.delete(state);
      if (expiresAt === undefined || expiresAt <= clock.nowSeconds()) {
        return fail({ kind: "unknown_state" });
      }
      const redirect_uri = options.redirectUri;
      const form = { grant_type: "authorization_code", code, redirect_uri } as const;
      const answer = await endpoint.request(form, parseTokenAnswer);
      if (!answer.ok) return answer;
      const { userType, companyId, scope } = answer.value;
      return adopt(toTokens(answer.value, clock, { userType, companyId, scopes: toScopes(scope) }));
    },
    refresh,
    tokens: toTokenSource({ current: () => tokens, refresh, clock }),
  };
};

const toSettings = (options: GhlOAuthOptions): UpstreamSettings => ({
  environment: "library",
  apiBaseUrl: options.apiBaseUrl ?? "https://services.leadconnectorhq.com",
  authorizeUrl: options.authorizeUrl ?? "https://marketplace.gohighlevel.com/oauth/chooselocation",
  clientId: options.clientId,
  clientSecret: options.clientSecret,
  redirectUri: options.redirectUri,
  scopes: options.scopes,
  ...(options.versionId !== undefined && { versionId: options.versionId }),
});

const toScopes = (scope: string): readonly string[] => scope.split(" ").filter((one) => one !== "");

/** The tokens of an answer; what a refresh does not repeat stays as it was. */
const toTokens = (
  answer: RefreshAnswer,
  clock: Clock,
  before: Pick<GhlTokens, "userType" | "companyId" | "scopes" | "locationId" | "userId">,
): GhlTokens => {
  const locationId = answer.locationId ?? before.locationId;
  const userId = answer.userId ?? before.userId;
  return {
    accessToken: toSecret(answer.access_token),
    refreshToken: toSecret(answer.refresh_token),
    expiresAt: addSeconds(clock.nowSeconds(), answer.expires_in),
    userType: answer.userType ?? before.userType,
    companyId: answer.companyId ?? before.companyId,
    scopes: answer.scope === undefined ? before.scopes : toScopes(answer.scope),
    ...(locationId !== undefined && { locationId }),
    ...(userId !== undefined && { userId }),
  };
};

const toTokenSource = (deps: {
  readonly current: () => GhlTokens | undefined;
  readonly refresh: GhlOAuthClient["refresh"];
  readonly clock: Clock;
}): TokenSource => {
  const refreshed = async (request: TokenRequest): Promise<Result<AccessToken, TokenFailure>> => {
    const newer = await deps.refresh();
    return newer.ok ? give(newer.value, request) : fail(toTokenFailure(newer.failure));
  };
  return {
    getToken: async (request) => {
      const tokens = deps.current();
      if (tokens === undefined) return fail(toTokenFailure({ kind: "no_tokens" }));
      const isFresh = deps.clock.nowSeconds() < tokens.expiresAt - REFRESH_EARLY_SECONDS;
      return isFresh ? give(tokens, request) : refreshed(request);
    },
    replaceToken: async (request, refused) => {
      const tokens = deps.current();
      // Another call has replaced the refused token already.
      const isNewer =
        tokens !== undefined && tokens.accessToken.reveal() !== refused.token.reveal();
      return isNewer ? give(tokens, request) : refreshed(request);
    },
  };
};

const give = (
  { accessToken, userType, locationId }: GhlTokens,
  request: TokenRequest,
): Result<AccessToken, TokenFailure> => {
  const have = userType === "Company" ? "company" : "location";
  if (have !== request.tokenClass) {
    return fail({ kind: "wrong_token_class", needed: request.tokenClass, have });
  }
  if (
    have === "location" &&
    request.locationId !== undefined &&
    request.locationId !== locationId
  ) {
    return fail({ kind: "location_not_allowed", locationId: request.locationId });
  }
  return ok({ token: accessToken, kind: "oauth" });
};

/** The one connection that a library client has. */
export const LIBRARY_CONNECTION = toConnectionId("library");

const toTokenFailure = (failure: GhlOAuthFailure): TokenFailure => {
  const connectionId = LIBRARY_CONNECTION;
  switch (failure.kind) {
    case "no_tokens":
    case "unknown_state":
      return { kind: "connection_missing", connectionId };
    case "refused":
      return { kind: "needs_reauth", connectionId, reason: failure.reason };
    case "malformed":
      return { kind: "upstream_unavailable" };
    case "unavailable": {
      const { retryAfterSeconds } = failure;
      return {
        kind: "upstream_unavailable",
        ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
      };
    }
  }
};
