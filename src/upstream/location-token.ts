import type { Clock, EpochSeconds } from "../core/clock.ts";
import type { HttpClient } from "../core/http-client.ts";
import type { ConnectionId, LocationId } from "../core/ids.ts";
import type { Logger } from "../core/logger.ts";
import { type Result, fail, ok } from "../core/result.ts";
import { type Secret, toSecret } from "../core/secret.ts";
import { equalSecret } from "../crypto/hash.ts";
import { type ApiFailure, callApi } from "./call-api.ts";
import { toApiUrl } from "./endpoints.ts";
import { createSingleFlight } from "./single-flight.ts";
import { type LocationTokenAnswer, parseLocationTokenAnswer } from "./token-answer.ts";
import { planRefresh } from "./token-set.ts";
import type { CallableConnection } from "./credential-recall.ts";

/** Why there is no token for the location. */
export type LocationTokenFailure = ApiFailure | { readonly kind: "wrong_location" };

/** Tokens for the locations of company connections; in memory only. */
export interface LocationTokens {
  /** The location's token from memory; undefined where it must be asked for. */
  peek(id: ConnectionId, locationId: LocationId): Secret | undefined;
  /** The location's token, from memory or from GoHighLevel; concurrent callers share one request. */
  get(
    held: CallableConnection,
    locationId: LocationId,
  ): Promise<Result<Secret, LocationTokenFailure>>;
  /** Forgets a token that GoHighLevel refused, unless a newer one has taken its place. */
  discard(id: ConnectionId, locationId: LocationId, refused: Secret): void;
  /** Forgets all tokens of a connection. */
  forget(id: ConnectionId): void;
}

/** What {@link createLocationTokens} needs. */
export interface LocationTokenDeps {
  readonly settings: { readonly apiBaseUrl: string };
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly log: Logger;
}

interface CachedToken {
  readonly connectionId: ConnectionId;
  readonly token: Secret;
  readonly goodUntil: EpochSeconds;
}

/** Makes the location tokens of this process (gohighlevel.md §4.3). */
export const createLocationTokens = (deps: LocationTokenDeps): LocationTokens => {
  const { clock } = deps;
  const cache = new Map<string, CachedToken>();
  const flights = createSingleFlight<Result<Secret, LocationTokenFailure>>();

  const mint = async (
    held: CallableConnection,
    locationId: LocationId,
  ): Promise<Result<Secret, LocationTokenFailure>> => {
    const minted = await ask(deps, held, locationId);
    if (!minted.ok) return minted;
    const now = clock.nowSeconds();
    dropExpired(now);
    const token = toSecret(minted.value.access_token);
    cache.delete(toCacheKey(held.connection.id, locationId));
    cache.set(toCacheKey(held.connection.id, locationId), {
      connectionId: held.connection.id,
      token,
      goodUntil: planRefresh(now, minted.value.expires_in, 0).refreshAfter,
    });
    return ok(token);
  };

  const dropExpired = (now: EpochSeconds): void => {
    // Their lives are of one length, so the first that is still good ends the search.
    for (const [key, cached] of cache) {
      if (cached.goodUntil > now) break;
      cache.delete(key);
    }
  };

  const peek: LocationTokens["peek"] = (id, locationId) => {
    const cached = cache.get(toCacheKey(id, locationId));
    return cached !== undefined && cached.goodUntil > clock.nowSeconds() ? cached.token : undefined;
  };

  return {
    peek,
    get: async (held, locationId) => {
      const known = peek(held.connection.id, locationId);
      if (known !== undefined) return ok(known);
      const key = toCacheKey(held.connection.id, locationId);
      return (await flights.run(key, () => mint(held, locationId))).value;
    },
    discard: (id, locationId, refused) => {
      const key = toCacheKey(id, locationId);
      const cached = cache.get(key);
      if (cached !== undefined && equalSecret(cached.token.reveal(), refused.reveal())) {
        cache.delete(key);
      }
    },
    forget: (id) => {
      for (const [key, cached] of cache) if (cached.connectionId === id) cache.delete(key);
    },
  };
};

/** Asks for the location's token, and takes none that is for another location or company. */
const ask = async (
  { settings, http, log }: LocationTokenDeps,
  { connection, tokens }: CallableConnection,
  locationId: LocationId,
): Promise<Result<LocationTokenAnswer, LocationTokenFailure>> => {
  const companyId = connection.companyId ?? "";
  const answer = await callApi(http, {
    url: toApiUrl(settings, "/oauth/locationToken"),
    token: tokens.accessToken,
    form: { companyId, locationId },
    parse: parseLocationTokenAnswer,
  });
  if (!answer.ok) {
    log.warn("GoHighLevel gave no token for a location", {
      connectionId: connection.id,
      locationId,
      ...answer.failure,
    });
    return answer;
  }
  const { value } = answer;
  if (value.locationId === locationId && (value.companyId ?? companyId) === companyId) {
    return answer;
  }
  log.error("GoHighLevel answered with the token of another location, which was discarded", {
    connectionId: connection.id,
    locationId,
  });
  return fail({ kind: "wrong_location" });
};

const toCacheKey = (id: ConnectionId, locationId: LocationId): string => `${id} ${locationId}`;
