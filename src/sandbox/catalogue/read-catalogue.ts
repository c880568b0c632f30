import { readFileSync } from "node:fs";

import type {
  GeneratedApp,
  GeneratedIndex,
  GeneratedOperation,
  Generation,
  Method,
} from "../../ghl/catalog/operation.ts";
import { patchBody, patchedPlacements } from "../../ghl/catalog/overlays/body.ts";
import { patchParameters } from "../../ghl/catalog/overlays/parameter.ts";
import { chooseTokenClass } from "../../ghl/catalog/overlays/token-class.ts";
import type { AnswerFacts, GeneratedAnswers } from "./shape.ts";

/** Which of the two generations of the specs. */
export type GenerationName = "v2" | "v3";

/** What one generation says about an operation, corrected by hand where the specs are wrong. */
export interface OperationFacts extends Omit<Generation, "tokenClass"> {
  readonly id: string;
  readonly method: Method;
  readonly generation: GenerationName;
  readonly tokenClass: "location" | "company" | "either";
}

/** An operation in the generations that have it. */
export type OperationPair = Readonly<Partial<Record<GenerationName, OperationFacts>>>;

// The files are ours: the generator checks them against their shapes, and tests do so again.
const readJson = (path: string): unknown =>
  JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));

const appOf = (id: string): string => id.slice(0, id.indexOf("."));

/** Remembers what a function gave for each key. */
const memo = <Value>(make: (key: string) => Value): ((key: string) => Value) => {
  const known = new Map<string, Value>();
  return (key) => {
    const value = known.get(key) ?? make(key);
    known.set(key, value);
    return value;
  };
};

/** The id, method and path of every operation. */
export const readIndex = (): GeneratedIndex["operations"] =>
  (readJson("../../ghl/catalog/generated/index.json") as GeneratedIndex).operations;

const readApp = memo((app): ReadonlyMap<string, OperationPair> => {
  const { operations } = readJson(`../../ghl/catalog/generated/${app}.json`) as GeneratedApp;
  return new Map(operations.map((operation) => [operation.id, toPair(operation)]));
});

const readAnswers = memo((app) => readJson(`../generated/${app}.json`) as GeneratedAnswers);

/** An operation of the index. Reads the file of its app when it is first needed. */
export const readOperation = (id: string): OperationPair => readApp(appOf(id)).get(id) ?? {};

/** How an operation answers in a generation. */
export const readAnswer = (id: string, generation: GenerationName): AnswerFacts => {
  const answers = readAnswers(appOf(id))[id];
  return answers?.both ?? answers?.[generation] ?? { status: 200 };
};

/** Every scope that any operation asks for. Reads every app's file. */
export const readScopes = (): readonly string[] => {
  const pairs = readIndex().map(({ id }) => readOperation(id));
  const scopes = pairs.flatMap(({ v2, v3 }) => [...(v2?.scopes ?? []), ...(v3?.scopes ?? [])]);
  return [...new Set(scopes)].toSorted();
};

const toPair = ({ id, method, v2, v3 }: GeneratedOperation): OperationPair => ({
  ...(v2 !== undefined && { v2: { ...correct(id, v2), id, method, generation: "v2" } }),
  ...(v3 !== undefined && { v3: { ...correct(id, v3), id, method, generation: "v3" } }),
});

const correct = (
  id: string,
  facts: Generation,
): Omit<OperationFacts, "id" | "method" | "generation"> => {
  const body = patchBody(id, facts.body);
  return {
    ...facts,
    ...(body !== undefined && { body }),
    parameters: patchParameters(id, facts.parameters),
    tokenClass: chooseTokenClass(id, facts.tokenClass),
    location: [...new Set([...facts.location, ...patchedPlacements(id)])],
  };
};
