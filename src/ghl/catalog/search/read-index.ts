import { parseJsonInSteps } from "../../../core/json-steps.ts";
import { openIndex, type SearchIndex, type StoredIndex } from "./search-index.ts";

/** Where the text of the index goes from one list to the next. */
const SEAMS = /\n\],"sentences":\[\n|\n\],"terms":\{\n/u;

/**
 * The steps from the text of `search-index.json` to an index: each a few milliseconds, the last gives the
 * index. In one piece they would hold up a server for longer than it may be held up. Throws on a text of
 * another form, which the generator does not write.
 */
export function* readIndexInSteps(text: string): Generator<void, SearchIndex> {
  const parts = text.split(SEAMS);
  const [operations = "", sentences = "", terms = ""] = parts;
  if (parts.length !== 3) throw new Error("the search index has another form: build it again");
  // The file is ours: a test builds it again and compares.
  const listed = (yield* parse(`${operations}]}`)) as Pick<StoredIndex, "operations">;
  const said = (yield* parse(`[${sentences}]`)) as StoredIndex["sentences"];
  const told = (yield* parse(`{${terms.trimEnd().slice(0, -1)}`)) as StoredIndex["terms"];
  return openIndex({ ...listed, sentences: said, terms: told });
}

function* parse(text: string): Generator<void, unknown> {
  const value = yield* parseJsonInSteps(text);
  yield;
  return value;
}
