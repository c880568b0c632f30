import { listOperations } from "./index.ts";
import type { OperationSummary } from "./operation.ts";
import { buildIndex, type SearchIndex } from "./search/build-index.ts";
import { rank } from "./search/rank.ts";
import { wordsOf } from "./words.ts";

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

/**
 * The operations that a request in plain words most likely means, best first. Synchronous; the index
 * is built at the first call. Nothing is found only where no word of the request is known and no
 * operation is allowed.
 *
 * @public
 */
export const searchOperations = (
  query: string,
  { limit = 5, allows = () => true }: SearchOptions = {},
): readonly OperationHit[] => {
  index ??= buildIndex(
    listOperations().map((operation) => ({ operation, words: wordsOf(operation.id) })),
  );
  return rank(index, query)
    .filter(({ entry }) => allows(entry.operation))
    .slice(0, limit)
    .map(({ entry, score }) => ({ operation: entry.operation, score }));
};
