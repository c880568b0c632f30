import { readFileSync } from "node:fs";

import { z } from "zod";

/**
 * What people call an operation: `words/<app>.json` holds it by hand, by the operation's name within
 * its app.
 */
const operationWordsSchema = z.strictObject({
  /** One line in the imperative, at most 70 characters. */
  summary: z.string(),
  /** How people ask for it, in their words. */
  phrases: z.array(z.string()).readonly(),
  /** One of the daily jobs: preferred where a request is vague. */
  everyday: z.exactOptional(z.literal(true)),
  /** Its id says something else than it does, and is left out of the search. */
  misnamed: z.exactOptional(z.literal(true)),
});

/** The words of one operation. */
export type OperationWords = z.infer<typeof operationWordsSchema>;

/**
 * The shape of `words/<app>.json`, for the test that reads every file.
 *
 * @internal
 */
export const appWordsSchema = z.record(z.string(), operationWordsSchema);

const apps = new Map<string, Readonly<Record<string, OperationWords>>>();

/** The app of an operation id. */
export const appOf = (id: string): string => id.slice(0, id.indexOf("."));

/**
 * The words of an operation of the catalogue, from the file of its app, which is read once. Throws for
 * an id without words, which a test forbids.
 */
export const wordsOf = (id: string): OperationWords => {
  const app = appOf(id);
  const words = readApp(app)[id.slice(app.length + 1)];
  if (words === undefined) throw new Error(`operation "${id}" has no words`);
  return words;
};

// The files are ours, and a test holds them against the schema.
const readApp = (app: string): Readonly<Record<string, OperationWords>> => {
  const loaded = apps.get(app);
  if (loaded !== undefined) return loaded;
  const file = new URL(`./words/${app}.json`, import.meta.url);
  const words = JSON.parse(readFileSync(file, "utf8")) as z.infer<typeof appWordsSchema>;
  apps.set(app, words);
  return words;
};
