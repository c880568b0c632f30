import { readFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";

import { listOperations } from "./index.ts";
import type { OperationSummary } from "./operation.ts";
import { rank } from "./search/rank.ts";
import { readIndexInSteps } from "./search/read-index.ts";
import type { SearchIndex } from "./search/search-index.ts";

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
 * is read from its file at the first call, unless {@link prepareSearch} has done so.
 *
 * @public
 */
export const searchOperations = (
  query: string,
  { limit = 5, allows = () => true }: SearchOptions = {},
): readonly OperationHit[] => {
  const [opened, known] = [getIndex(), getOperations()];
  const hits: OperationHit[] = [];
  for (const { operation: found, score } of rank(opened, query)) {
    if (hits.length >= limit) break;
    const operation = known.get(found.id);
    if (operation === undefined) throw new Error(`the index names "${found.id}": build it again`);
    if (allows(operation)) hits.push({ operation, score });
  }
  return hits;
};

/**
 * Makes ready what the first search of a process reads, in steps between which the event loop goes on:
 * in one piece they would hold up a server for some 20 ms.
 */
export const prepareSearch = async (): Promise<void> => {
  if (index !== undefined) return;
  const steps = readIndexInSteps(readText());
  for (let step = steps.next(); index === undefined; step = steps.next()) {
    if (step.done === true) index = step.value;
    await setImmediate();
  }
  getOperations();
  await setImmediate();
};

const getIndex = (): SearchIndex => {
  if (index !== undefined) return index;
  const steps = readIndexInSteps(readText());
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return (index = step.value);
};

const readText = (): string =>
  readFileSync(new URL("./search/search-index.json", import.meta.url), "utf8");

const getOperations = (): ReadonlyMap<string, OperationSummary> =>
  (operations ??= new Map(listOperations().map((operation) => [operation.id, operation])));
