import { createMetadataDocumentClients, type MetadataDocumentDeps } from "./cimd.ts";
import type { ClientSource } from "./client.ts";
import { createFetchBudget } from "./fetch-budget.ts";
import { createKeySets, type KeySets } from "./key-sets.ts";

/** What is fetched for clients at their word. */
export interface FetchedClients {
  readonly documents: ClientSource;
  readonly keySets: KeySets;
}

/** The clients that describe themselves, and the keys that they sign with; all fetches share one budget. */
export const createFetchedClients = (
  deps: Omit<MetadataDocumentDeps, "budget">,
): FetchedClients => {
  const shared = { ...deps, budget: createFetchBudget(deps) };
  return { documents: createMetadataDocumentClients(shared), keySets: createKeySets(shared) };
};
