import { listOperations } from "../../src/ghl/catalog/index.ts";
import { wordsOf } from "../../src/ghl/catalog/words.ts";
import { buildIndex } from "./build-index.ts";

/** The text of `search-index.json`: an operation, a sentence and a term a line, so that diffs can be read. */
export const renderSearchIndex = (): string => {
  const { operations, sentences, terms } = buildIndex(
    listOperations().map((operation) => ({ operation, words: wordsOf(operation.id) })),
  );
  const termLines = Object.entries(terms)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([word, term]) => `${JSON.stringify(word)}:${JSON.stringify(term)}`);
  return [
    '{"operations":[',
    operations.map((one) => JSON.stringify(one)).join(",\n"),
    '],"sentences":[',
    sentences.map((one) => JSON.stringify(one)).join(",\n"),
    '],"terms":{',
    termLines.join(",\n"),
    "}}",
    "",
  ].join("\n");
};
