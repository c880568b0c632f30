import { readFileSync } from "node:fs";

import { closest } from "./closest.ts";
import type { GeneratedApp, GeneratedIndex, Operation, OperationSummary } from "./operation.ts";
import { resolveOperation, toSummary } from "./resolve-operation.ts";
import { appOf } from "./words.ts";

// The files are ours: the generator checks them against their schema, and a test does so again.
const readGenerated = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`./generated/${name}.json`, import.meta.url), "utf8"));

let index: ReadonlyMap<string, GeneratedIndex["operations"][number]> | undefined;
let summaries: readonly OperationSummary[] | undefined;
const apps = new Map<string, ReadonlyMap<string, Operation>>();

const getIndex = (): ReadonlyMap<string, GeneratedIndex["operations"][number]> => {
  index ??= new Map(
    (readGenerated("index") as GeneratedIndex).operations.map((entry) => [entry.id, entry]),
  );
  return index;
};

const getApp = (app: string): ReadonlyMap<string, Operation> => {
  const loaded = apps.get(app);
  if (loaded !== undefined) return loaded;
  const { operations } = readGenerated(app) as GeneratedApp;
  const byId = new Map(operations.map((operation) => [operation.id, resolveOperation(operation)]));
  apps.set(app, byId);
  return byId;
};

/**
 * The operation with this id, with its generation chosen and its overlays applied. Reads the file of
 * its app when it is first needed; the index decides whether the id exists, so that no id can name a
 * file of its own choosing.
 */
export const findOperation = (id: string): Operation | undefined =>
  getIndex().has(id) ? getApp(appOf(id)).get(id) : undefined;

/**
 * Every operation in the order of ids, from the index and the words of every app.
 *
 * @public
 */
export const listOperations = (): readonly OperationSummary[] => {
  summaries ??= [...getIndex().values()].map(toSummary);
  return summaries;
};

/** The ids that an unknown one most likely means, at most three, best first. */
export const suggestOperations = (id: string): readonly string[] =>
  closest(id, [...getIndex().keys()], 3);
