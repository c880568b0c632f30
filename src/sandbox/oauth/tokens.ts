import { type Clock, toEpochSeconds } from "../../core/clock.ts";
import type { SandboxRandom } from "../random.ts";
import { toUuid } from "../world/ids.ts";
import type { Signer } from "./sign.ts";

/** What a sign-in allowed: the content of a token pair. */
export interface Installation {
  readonly userType: "Company" | "Location";
  readonly companyId: string;
  /** Present for `Location`. */
  readonly locationId?: string;
  /** The locations that the tokens reach. */
  readonly locationIds: readonly string[];
  readonly scopes: readonly string[];
  readonly userId: string;
  /** An agency installed it in several locations at once. Absent: no. */
  readonly isBulk?: boolean;
  /** Also for locations that the agency opens later. Absent: no. */
  readonly withFutureLocations?: boolean;
}

/** A fresh pair. `refreshTokenId` is the id inside the refresh token. */
export interface TokenPair {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly refreshTokenId: string;
  readonly expiresInSeconds: number;
}

/** Issues and judges tokens. They are self-contained; what has been used or revoked is in memory. */
export interface TokenAuthority {
  issue(installation: Installation): TokenPair;
  /** What an access token stands for; undefined when forged, expired or revoked. */
  readAccess(token: string): Installation | undefined;
  /** What a refresh token stands for, without using it up. */
  readRefresh(
    token: string,
  ): { readonly installation: Installation; readonly id: string } | undefined;
  /** Uses a refresh token up. */
  retireRefresh(id: string): void;
  /** Refuses every access token issued so far. */
  expireAccessTokens(): void;
  /** Refuses every refresh token issued so far. */
  revokeRefreshTokens(): void;
  /** Refuses every token issued so far of a location, or of a company and all of its locations. */
  uninstall(what: { readonly companyId: string; readonly locationId?: string }): void;
}

/** What the authority needs. */
export interface TokenAuthorityDeps {
  readonly signer: Signer;
  readonly clock: Clock;
  readonly random: SandboxRandom;
  readonly accessTokenTtlSeconds: number;
}

interface Claims {
  readonly use: "access" | "refresh";
  readonly jti: string;
  /** Strictly rising over all tokens: says which were issued before a revocation. */
  readonly seq: number;
  readonly exp: number;
  readonly installation: Installation;
}

/** A year, as documented for GoHighLevel's refresh tokens. */
const REFRESH_TTL_SECONDS = 31_536_000;

/** Creates the authority of one sandbox. */
export const createTokenAuthority = (deps: TokenAuthorityDeps): TokenAuthority => {
  const usedRefreshIds = new Set<string>();
  const sequence = createSequence(deps.clock);
  const revokedUpTo = { access: 0, refresh: 0 };
  /** By the id of a location or company. */
  const uninstalledUpTo = new Map<string, number>();
  const isUninstalled = (id: string | undefined, { seq }: Claims): boolean =>
    id !== undefined && seq <= (uninstalledUpTo.get(id) ?? 0);

  const sign = (use: Claims["use"], installation: Installation, ttlSeconds: number): Signed => {
    const jti = toUuid(deps.random.bytes(16));
    const exp = deps.clock.nowSeconds() + ttlSeconds;
    const claims: Claims = { use, jti, seq: sequence.next(), exp, installation };
    return { jti, token: deps.signer.sign(claims) };
  };
  const read = (use: Claims["use"], token: string): Claims | undefined => {
    // Only this file signs, so a true signature proves the shape.
    const claims = deps.signer.read(token) as Claims | undefined;
    if (claims?.use !== use || claims.seq <= revokedUpTo[use]) return undefined;
    const { companyId, locationId, locationIds } = claims.installation;
    if (isUninstalled(companyId, claims) || isUninstalled(locationId, claims)) return undefined;
    if (toEpochSeconds(claims.exp) <= deps.clock.nowSeconds()) return undefined;
    const left = locationIds.filter((id) => !isUninstalled(id, claims));
    return { ...claims, installation: { ...claims.installation, locationIds: left } };
  };
  return {
    issue: (installation) => {
      const refresh = sign("refresh", installation, REFRESH_TTL_SECONDS);
      return {
        accessToken: sign("access", installation, deps.accessTokenTtlSeconds).token,
        refreshToken: refresh.token,
        refreshTokenId: refresh.jti,
        expiresInSeconds: deps.accessTokenTtlSeconds,
      };
    },
    readAccess: (token) => read("access", token)?.installation,
    readRefresh: (token) => {
      const claims = read("refresh", token);
      if (claims === undefined || usedRefreshIds.has(claims.jti)) return undefined;
      return { installation: claims.installation, id: claims.jti };
    },
    retireRefresh: (id) => {
      usedRefreshIds.add(id);
    },
    expireAccessTokens: () => {
      revokedUpTo.access = sequence.next();
    },
    revokeRefreshTokens: () => {
      revokedUpTo.refresh = sequence.next();
    },
    uninstall: ({ companyId, locationId }) => {
      uninstalledUpTo.set(locationId ?? companyId, sequence.next());
    },
  };
};

interface Signed {
  readonly jti: string;
  readonly token: string;
}

/** Microseconds since the epoch, or one more than the last number where time stood still. */
const createSequence = (clock: Clock): { next(): number } => {
  let last = 0;
  return {
    next: () => {
      last = Math.max(Math.floor(clock.nowMs() * 1000), last + 1);
      return last;
    },
  };
};
