import type { Clock } from "../core/clock.ts";
import type { LocationId } from "../core/ids.ts";
import { type Result, fail, ok } from "../core/result.ts";
import type { Secret } from "../core/secret.ts";
import { equalSecret } from "../crypto/hash.ts";
import type { AccessToken, TokenFailure, TokenRequest, TokenSource } from "../ghl/ports.ts";
import { isApproved } from "./approved-locations.ts";
import type { Connections } from "./connections.ts";
import type { CallableConnection, Credential, CredentialRecall } from "./credential-recall.ts";
import type { LocationTokenFailure, LocationTokens } from "./location-token.ts";
import { toNeedsReauth } from "./judge-refresh.ts";
import { type HeldPrivate, isPrivateId, type PrivateConnections } from "./private-connections.ts";
import type { Refresher } from "./refresh.ts";
import { waitUnlessAborted } from "./wait-unless-aborted.ts";

/** What {@link createTokenSource} needs. */
export interface TokenSourceDeps {
  readonly privates: PrivateConnections;
  readonly connections: Connections;
  readonly credentials: CredentialRecall;
  readonly refresher: Refresher;
  readonly locationTokens: LocationTokens;
  readonly clock: Clock;
}

type Given = Result<AccessToken, TokenFailure>;

/** {@link TokenSource}, and when nobody works for it. */
export interface WatchedTokenSource extends TokenSource {
  /** Resolves when no look-up is under way, given-up ones included: any may come to a refresh yet. */
  whenIdle(): Promise<void>;
}

/** The tokens of all connections, by what a call needs. */
export const createTokenSource = (deps: TokenSourceDeps): WatchedTokenSource => {
  const underWay = new Set<Promise<Given>>();
  const wait = (work: Promise<Given>, { signal }: TokenRequest): Promise<Given> => {
    underWay.add(work);
    const end = (): void => void underWay.delete(work);
    work.then(end, end);
    return waitUnlessAborted(work, signal);
  };
  const give = async (request: TokenRequest): Promise<Given> => {
    const credential = await deps.credentials.find(request.connectionId);
    if (credential === undefined) return fail(toMissing(request));
    if (credential.kind === "private") return givePrivate(credential.held, request);
    const found = credential.held;
    const problem = checkRequest(found, request);
    if (problem !== undefined) return fail(problem);
    const fresh = await keepFresh(deps, found);
    if (!fresh.ok) return fresh;
    const locationId = toMintedLocation(fresh.value, request);
    return locationId === undefined
      ? ok(toOauth(fresh.value.tokens.accessToken))
      : giveLocation(deps, fresh.value, locationId);
  };

  const replace = async (request: TokenRequest, refused: AccessToken): Promise<Given> => {
    if (isPrivateId(request.connectionId)) return replacePrivate(deps.privates, request, refused);
    const found = await deps.connections.find(request.connectionId);
    if (found === undefined) return fail(toMissing(request));
    const problem = checkRequest(found, request);
    if (problem !== undefined) return fail(problem);
    const locationId = toMintedLocation(found, request);
    if (locationId !== undefined) {
      deps.locationTokens.discard(request.connectionId, locationId, refused.token);
      return give(request);
    }
    const newer = await deps.refresher.refresh(request.connectionId, {
      isStale: ({ tokens }) => isSame(tokens.accessToken, refused.token),
    });
    return newer.ok ? ok(toOauth(newer.value.tokens.accessToken)) : newer;
  };

  return {
    getToken: (request) => {
      const known = giveAtOnce(deps, deps.credentials.peek(request.connectionId), request);
      return known === undefined ? wait(give(request), request) : known;
    },
    replaceToken: (request, refused) => wait(replace(request, refused), request),
    whenIdle: async () => {
      while (underWay.size > 0) await Promise.allSettled(underWay);
    },
  };
};

/** What needs no waiting: a token that is remembered and not due. Whatever else, the long way says. */
const giveAtOnce = (
  { clock, locationTokens }: TokenSourceDeps,
  credential: Credential | undefined,
  request: TokenRequest,
): Given | undefined => {
  if (credential === undefined) return undefined;
  if (credential.kind === "private") return givePrivate(credential.held, request);
  const { held } = credential;
  const isGood = held.connection.status === "active" && !isDue(held, clock);
  if (!isGood || checkRequest(held, request) !== undefined) return undefined;
  const locationId = toMintedLocation(held, request);
  if (locationId === undefined) return ok(toOauth(held.tokens.accessToken));
  const minted = locationTokens.peek(held.connection.id, locationId);
  return minted === undefined ? undefined : ok(toOauth(minted));
};

const toRefusedPrivate = ({ connection, statusReason }: HeldPrivate): TokenFailure => ({
  kind: "needs_reauth",
  connectionId: connection.id,
  reason: statusReason,
  have: "private",
});

/** A refused token has no successor, unless somebody has entered one meanwhile. */
const replacePrivate = async (
  privates: PrivateConnections,
  request: TokenRequest,
  refused: AccessToken,
): Promise<Given> => {
  const held = await privates.markRefused(request.connectionId, refused.token);
  if (held === undefined) return fail(toMissing(request));
  return isSame(held.token, refused.token)
    ? fail(toRefusedPrivate(held))
    : givePrivate(held, request);
};

const givePrivate = (held: HeldPrivate, request: TokenRequest): Given => {
  if (request.tokenClass === "company") {
    return fail({ kind: "wrong_token_class", needed: "company", have: "private" });
  }
  if (request.locationId !== undefined && request.locationId !== held.connection.locationId) {
    return fail({ kind: "location_not_allowed", locationId: request.locationId });
  }
  if (held.connection.status === "needs_reauth") return fail(toRefusedPrivate(held));
  return ok({ token: held.token, kind: "private" });
};

/** What is wrong with a request, decided before any call: nobody reaches past what was approved. */
const checkRequest = (
  held: CallableConnection,
  request: TokenRequest,
): TokenFailure | undefined => {
  const { connection } = held;
  const { tokenClass, locationId } = request;
  if (connection.kind === "location") {
    if (tokenClass === "company") {
      return { kind: "wrong_token_class", needed: "company", have: "location" };
    }
    return locationId === undefined || locationId === connection.locationId
      ? undefined
      : { kind: "location_not_allowed", locationId };
  }
  if (tokenClass === "company") return undefined;
  if (locationId === undefined) {
    return { kind: "wrong_token_class", needed: "location", have: "company" };
  }
  return isApproved(held, locationId) ? undefined : { kind: "location_not_allowed", locationId };
};

/** Refreshes what is due. Tokens that are still good serve on while GoHighLevel cannot refresh them. */
const keepFresh = async (
  deps: TokenSourceDeps,
  found: CallableConnection,
): Promise<Result<CallableConnection, TokenFailure>> => {
  const { connection, tokens } = found;
  if (connection.status === "needs_reauth") return fail(toNeedsReauth(found));
  if (!isDue(found, deps.clock)) return ok(found);
  const refreshed = await deps.refresher.refresh(connection.id, {
    isStale: (held) => isDue(held, deps.clock),
  });
  const isStillGood = connection.status === "active" && tokens.expiresAt > deps.clock.nowSeconds();
  return !refreshed.ok && refreshed.failure.kind === "upstream_unavailable" && isStillGood
    ? ok(found)
    : refreshed;
};

const isDue = ({ connection, tokens }: CallableConnection, clock: Clock): boolean =>
  connection.status === "suspended" || tokens.refreshAfter <= clock.nowSeconds();

/** The location whose token must be minted; undefined where the connection's own token serves. */
const toMintedLocation = (
  { connection }: CallableConnection,
  request: TokenRequest,
): LocationId | undefined =>
  connection.kind === "company" && request.tokenClass === "location"
    ? request.locationId
    : undefined;

const giveLocation = async (
  deps: TokenSourceDeps,
  held: CallableConnection,
  locationId: LocationId,
): Promise<Given> => {
  const first = await deps.locationTokens.get(held, locationId);
  if (first.ok) return ok(toOauth(first.value));
  if (first.failure.kind !== "token_refused") {
    return fail(toTokenFailure(first.failure, held, locationId));
  }
  // The company token itself is no longer good: one refresh, one more try.
  const newer = await deps.refresher.refresh(held.connection.id, {
    isStale: ({ tokens }) => isSame(tokens.accessToken, held.tokens.accessToken),
  });
  if (!newer.ok) return newer;
  const second = await deps.locationTokens.get(newer.value, locationId);
  return second.ok
    ? ok(toOauth(second.value))
    : fail(toTokenFailure(second.failure, held, locationId));
};

const toTokenFailure = (
  failure: LocationTokenFailure,
  { connection }: CallableConnection,
  locationId: LocationId,
): TokenFailure => {
  switch (failure.kind) {
    case "location_inactive":
      return { kind: "suspended", connectionId: connection.id };
    case "refused":
    case "wrong_location":
      return { kind: "location_not_allowed", locationId };
    case "token_refused":
    case "malformed":
      return { kind: "upstream_unavailable" };
    case "unavailable":
      return {
        kind: "upstream_unavailable",
        ...(failure.retryAfterSeconds === undefined
          ? {}
          : { retryAfterSeconds: failure.retryAfterSeconds }),
      };
  }
};

const toMissing = ({ connectionId }: TokenRequest): TokenFailure => ({
  kind: "connection_missing",
  connectionId,
});

const toOauth = (token: Secret): AccessToken => ({ token, kind: "oauth" });

const isSame = (a: Secret, b: Secret): boolean => equalSecret(a.reveal(), b.reveal());
