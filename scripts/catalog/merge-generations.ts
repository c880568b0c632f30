import { generatedAppSchema, type GeneratedApp } from "../../src/ghl/catalog/operation.ts";
import { byCodeUnit } from "./json.ts";
import type { SpecOperation } from "./read-specs.ts";
import { shapeOperation } from "./shape-operation.ts";

/** One operation in the generations that have it. */
export interface Pair {
  readonly v2?: SpecOperation;
  readonly v3?: SpecOperation;
}

/** Joins both generations into apps. Throws when the result does not fit the catalogue's own shape. */
export const mergeGenerations = (operations: readonly SpecOperation[]): readonly GeneratedApp[] =>
  toPairs(operations).map(([app, byId]) =>
    generatedAppSchema.parse({ app, operations: toOperations(byId) }),
  );

/**
 * The operations of each app by id, in the order of ids. Two entries are one operation when method
 * and path agree, the names of placeholders and a trailing slash aside; app and id come from v2 where
 * it has the operation.
 */
export const toPairs = (
  operations: readonly SpecOperation[],
): readonly (readonly [app: string, byId: readonly (readonly [id: string, pair: Pair])[]])[] => {
  const apps = new Map<string, Map<string, Pair>>();
  for (const pair of pairUp(operations)) {
    const app = primary(pair).app;
    const byId = apps.get(app) ?? new Map<string, Pair>();
    apps.set(app, byId.set(uniqueId(pair, byId), pair));
  }
  const sorted = <Value>(map: ReadonlyMap<string, Value>): [string, Value][] =>
    [...map].toSorted(([left], [right]) => byCodeUnit(left, right));
  return sorted(apps).map(([app, byId]) => [app, sorted(byId)]);
};

const identity = ({ method, path }: SpecOperation): string =>
  `${method} ${path.replaceAll(/\{[^}]*\}/gu, "{}").replace(/\/$/u, "")}`;

// v2 is read first, so that its names win wherever both generations would give the same id.
const pairUp = (operations: readonly SpecOperation[]): readonly Pair[] => {
  const pairs = new Map<string, Pair>();
  for (const operation of operations) {
    const key = identity(operation);
    pairs.set(key, { ...pairs.get(key), [operation.generation]: operation });
  }
  return [...pairs.values()];
};

const primary = ({ v2, v3 }: Pair): SpecOperation => {
  const operation = v2 ?? v3;
  if (operation === undefined) throw new Error("a pair without operations");
  return operation;
};

// Renamed v3 paths keep the operationId of the path that they replace: they get the suffix.
const uniqueId = (pair: Pair, taken: ReadonlyMap<string, Pair>): string => {
  const { app, operationId } = primary(pair);
  const id = `${app}.${operationId.replaceAll(/\s+/gu, "-")}`;
  if (!taken.has(id)) return id;
  const renamed = `${id}-v3`;
  if (pair.v2 !== undefined || taken.has(renamed)) throw new Error(`operation id "${id}" is taken`);
  return renamed;
};

const toOperations = (byId: readonly (readonly [id: string, pair: Pair])[]): readonly unknown[] =>
  byId.map(([id, pair]) => ({
    id,
    method: primary(pair).method,
    ...(pair.v2 !== undefined && { v2: shapeOperation(pair.v2) }),
    ...(pair.v3 !== undefined && { v3: shapeOperation(pair.v3) }),
  }));
