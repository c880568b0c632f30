import { listOperations } from "./index.ts";
import type { OperationSummary } from "./operation.ts";

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

/**
 * The operations that a request in plain words most likely means, best first. Synchronous; the index
 * is built at the first call.
 *
 * @public
 */
export const searchOperations = (
  query: string,
  { limit = 5, allows = () => true }: SearchOptions = {},
): readonly OperationHit[] => {
  const asked = query.toLowerCase().match(/[a-z0-9]+/gu) ?? [];
  return listOperations()
    .filter(allows)
    .map((operation) => ({ operation, score: countShared(operation.summary, asked) }))
    .filter(({ score }) => score > 0)
    .toSorted((left, right) => right.score - left.score)
    .slice(0, limit);
};

const countShared = (summary: string, asked: readonly string[]): number => {
  const words = summary.toLowerCase().split(" ");
  return asked.filter((word) => words.includes(word)).length / words.length;
};
