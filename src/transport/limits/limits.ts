import type { Clock } from "../../core/clock.ts";
import type { EndpointRequest } from "../../oauth/authorization-server.ts";
import type { FetchLimit } from "../../oauth/clients/fetch-budget.ts";
import type { OAuthFailure } from "../../oauth/errors.ts";
import { LIMITS, type Rates } from "./limit-table.ts";
import { readPresentedClient } from "./presented-client.ts";
import { createRateLimiter, type RateLimiter, type Wait } from "./rate-limiter.ts";

/** Whether a request from this address may go on; if not, how long to wait. */
export type AddressLimit = (address: string) => Wait | undefined;

/**
 * Counts a failure of a machine endpoint. A wait means: the client fails too often, and is told to
 * wait in place of what was wrong.
 */
export type FailureLimit = (
  address: string,
  request: EndpointRequest,
  failure: OAuthFailure,
) => Wait | undefined;

/** All limits of a process. Each process counts for itself. */
export interface Limits {
  readonly registration: AddressLimit;
  readonly authorization: AddressLimit;
  readonly decision: AddressLimit;
  readonly activity: AddressLimit;
  readonly usage: AddressLimit;
  /** The pages of connections and of grants. */
  readonly personPages: AddressLimit;
  /** Installations that come without a state. */
  readonly installs: AddressLimit;
  /** Private integration tokens that are entered. */
  readonly privateTokens: AddressLimit;
  readonly failures: FailureLimit;
  /** What requests of this address may have fetched about clients. Copies that are fresh cost nothing. */
  readonly documents: (address: string) => FetchLimit;
  /** Takes one call from what the grant is allowed. */
  readonly calls: (grantId: string) => Wait | undefined;
}

/** Makes the limits of {@link LIMITS} over one clock; `rates` has those that differ. */
export const createLimits = (deps: {
  readonly clock: Pick<Clock, "nowMs">;
  readonly rates?: Rates;
}): Limits => {
  const make = (name: keyof Rates): RateLimiter =>
    createRateLimiter(deps, deps.rates?.[name] ?? LIMITS[name]);
  const decision = make("decisionPerAddress");
  const activity = make("activityPerAddress");
  const usage = make("usagePerAddress");
  const personPages = make("personPagePerAddress");
  const calls = make("callPerGrant");
  const documents = {
    known: make("knownDocumentPerAddress"),
    stranger: make("unknownDocumentPerAddress"),
  };
  return {
    registration: both(make("registrationPerAddress"), make("registrationInAll")),
    authorization: both(make("authorizationPerAddress"), make("authorizationInAll")),
    decision: (address) => decision.take(address),
    activity: (address) => activity.take(address),
    usage: (address) => usage.take(address),
    personPages: (address) => personPages.take(address),
    installs: both(make("installPerAddress"), make("installInAll")),
    privateTokens: both(make("privateTokenPerAddress"), make("privateTokenInAll")),
    failures: createFailureLimit(make("codeFailure"), make("secretFailure")),
    documents: (address) => (share) => documents[share].take(address),
    calls: (grantId) => calls.take(grantId),
  };
};

/** The address first, so that one that floods does not use up what is there for all. */
const both =
  (perAddress: RateLimiter, inAll: RateLimiter): AddressLimit =>
  (address) =>
    perAddress.take(address) ?? inAll.take("all");

/**
 * Judged first and counted then: what is right always passes, so that nobody can lock a client out by
 * failing in its name from an address that it shares, and a code that is replayed in a flood still
 * ends its grant. Guessing gains nothing by that: what there is to guess has 256 random bits, and a
 * configured secret at least 22 characters.
 */
const createFailureLimit =
  (codes: RateLimiter, secrets: RateLimiter): FailureLimit =>
  (address, request, failure) => {
    const key = `${address} ${readPresentedClient(request)}`;
    if (failure.kind === "client_authentication") return secrets.take(key);
    // A refresh token that has ended is an answer that the client must get, or it never signs in again.
    const isWrongCode =
      failure.kind === "invalid_grant" && request.form.get("grant_type") === "authorization_code";
    return isWrongCode ? codes.take(key) : undefined;
  };
