import type { TransactionId } from "../../core/ids.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { Authorized, ConsentDecision, PendingAuthorization } from "../authorization-server.ts";
import type { OAuthFailure } from "../failure.ts";
import type { Grants } from "../grants.ts";
import type { RecordTable } from "../record-table.ts";
import { includesReach } from "../scopes.ts";
import type { AuthorizationCodes } from "../token/codes.ts";
import { toCodeRedirect, toErrorRedirect } from "./respond.ts";
import { toPending, type Transaction, withDecision } from "./transaction.ts";

/** What deciding and ending a transaction needs. */
export interface ConsentDeps {
  readonly issuer: string;
  readonly transactions: RecordTable<Transaction>;
  readonly grants: Grants;
  readonly codes: AuthorizationCodes;
}

type Redirect = { readonly location: string };
type TransactionReason = Extract<OAuthFailure, { readonly kind: "transaction" }>["reason"];

/**
 * Records what the person chose, once. The same choice again answers the same, because browsers and
 * people submit forms twice; another choice is refused, because GoHighLevel may already have been asked
 * under the first.
 */
export const approve = async (
  deps: ConsentDeps,
  id: TransactionId,
  decision: ConsentDecision,
): Promise<Result<PendingAuthorization, OAuthFailure>> => {
  if (decision.areas !== "all" && decision.areas.length === 0) return ended("nothing_chosen");
  const found = await deps.transactions.find(id);
  if (found === undefined) return ended("gone");
  if (found.value.decision === undefined) {
    const approved = withDecision(found.value, decision);
    const options = { ifVersion: found.version, expiresAt: approved.expiresAt };
    if (await deps.transactions.write(id, approved, options)) return ok(toPending(id, approved));
  }
  return answerAgain(deps, id, decision);
};

/** Ends the transaction with an error for the client; of several attempts one gets the redirect. */
export const refuse = async (
  deps: ConsentDeps,
  id: TransactionId,
  answer: { readonly error: string; readonly description: string },
): Promise<Result<Redirect, OAuthFailure>> => {
  const taken = await deps.transactions.take(id);
  if (taken === undefined) return ended("gone");
  const way = { ...taken, issuer: deps.issuer };
  return ok({ location: toErrorRedirect(way, answer.error, answer.description) });
};

/**
 * Takes an approved transaction, makes the grant and mints the code. The look before the taking only
 * spares a transaction that is still open; who goes on is decided by the taking.
 */
export const complete = async (
  deps: ConsentDeps,
  id: TransactionId,
  authorized: Authorized,
): Promise<Result<Redirect, OAuthFailure>> => {
  const found = await deps.transactions.find(id);
  if (found === undefined) return ended("gone");
  if (found.value.decision === undefined) return ended("not_approved");
  const taken = await deps.transactions.take(id);
  if (taken?.decision === undefined) return ended("gone");
  const grant = await deps.grants.create({
    clientId: taken.clientId,
    ...(taken.clientName === undefined ? {} : { clientName: taken.clientName }),
    ...(taken.clientHost === undefined ? {} : { clientHost: taken.clientHost }),
    redirectUri: taken.redirectUri,
    subject: authorized.subject,
    connectionId: authorized.connectionId,
    access: taken.decision.access,
    areas: taken.decision.areas,
    locations: authorized.locations,
  });
  const code = await deps.codes.mint({
    grantId: grant.id,
    clientId: taken.clientId,
    redirectUri: taken.redirectUri,
    challenge: taken.challenge,
    resource: taken.resource,
  });
  return ok({ location: toCodeRedirect({ ...taken, issuer: deps.issuer }, code) });
};

const answerAgain = async (
  deps: ConsentDeps,
  id: TransactionId,
  decision: ConsentDecision,
): Promise<Result<PendingAuthorization, OAuthFailure>> => {
  const current = (await deps.transactions.find(id))?.value;
  if (current?.decision === undefined) return ended("gone");
  const isSame =
    includesReach(current.decision, decision) && includesReach(decision, current.decision);
  return isSame ? ok(toPending(id, current)) : ended("already_decided");
};

const ended = (reason: TransactionReason): Result<never, OAuthFailure> =>
  fail({ kind: "transaction", reason });
