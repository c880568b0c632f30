import { fail, type Result } from "../../core/result.ts";
import type { OAuthFailure } from "../failure.ts";
import type { FetchAsked, FetchBudget } from "./fetch-budget.ts";

/** A document that a request needs. */
export interface WantedDocument extends FetchAsked {
  /** Its address as the client wrote it. */
  readonly address: string;
  readonly url: URL;
}

/** Fetches a document, or waits for whoever is fetching it already. */
export type SharedFetches<Value> = (
  wanted: WantedDocument,
  fetch: () => Promise<Result<Value, OAuthFailure>>,
) => Promise<Result<Value, OAuthFailure>>;

/**
 * Runs fetches within a budget, for each address one at a time. That one request may not fetch is its own
 * failure alone (`client_document_budget`), and never that of another that asks for the same address.
 */
export const createSharedFetches = <Value>(budget: FetchBudget): SharedFetches<Value> => {
  const running = new Map<string, Promise<Result<Value, OAuthFailure>>>();
  return async (wanted, fetch) => {
    const shared = running.get(wanted.address);
    if (shared !== undefined) return shared;
    const place = budget.start(wanted.url.origin, wanted);
    if (!place.ok) return fail({ kind: "client_document_budget", ...place.failure });
    const fetching = fetch().finally(() => {
      place.value.end();
      running.delete(wanted.address);
    });
    running.set(wanted.address, fetching);
    return fetching;
  };
};
