import { readFileSync } from "node:fs";

import { listOperations } from "./index.ts";
import type { OperationSummary } from "./operation.ts";
import { rank } from "./search/rank.ts";
import { openIndex, type SearchIndex, type StoredIndex } from "./search/search-index.ts";

/** An operation that a search found. */
export interface OperationHit {
  readonly operation: OperationSummary;
  /** Comparable within one search only. */
  readonly score: number;
}

/** What a search may be limited to. */
export interface SearchOptions {
  /** At most this many hits; 5 when absent. */
  readonly limit?: number;
  /** Which operations may be found, for example those of a grant; all when absent. */
  readonly allows?: (operation: OperationSummary) => boolean;
}

let index: SearchIndex | undefined;
let operations: ReadonlyMap<string, OperationSummary> | undefined;

/**
 * The operations that a request in plain words most likely means, best first. Synchronous; the index
 * is read from its file at the first call.
 *
 * @public
 */
export const searchOperations = (
  query: string,
  { limit = 5, allows = () => true }: SearchOptions = {},
): readonly OperationHit[] => {
  index ??= readIndex();
  operations ??= new Map(listOperations().map((operation) => [operation.id, operation]));
  const hits: OperationHit[] = [];
  for (const { operation: found, score } of rank(index, query)) {
    if (hits.length >= limit) break;
    const operation = operations.get(found.id);
    if (operation === undefined) throw new Error(`the index names "${found.id}": build it again`);
    if (allows(operation)) hits.push({ operation, score });
  }
  return hits;
};

// The file is ours: a test builds it again and compares.
const readIndex = (): SearchIndex => {
  const file = new URL("./search/search-index.json", import.meta.url);
  return openIndex(JSON.parse(readFileSync(file, "utf8")) as StoredIndex);
};
