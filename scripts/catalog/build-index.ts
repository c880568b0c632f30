import type { OperationSummary } from "../../src/ghl/catalog/operation.ts";
import { appOf, type OperationWords } from "../../src/ghl/catalog/words.ts";
import { readRequest, tellNumber } from "../../src/ghl/catalog/search/read-request.ts";
import type {
  IndexedOperation,
  StoredIndex,
  Term,
} from "../../src/ghl/catalog/search/search-index.ts";
import { BULK, DATE } from "../../src/ghl/catalog/search/synonyms.ts";
import { type Deed, deedOfMethod } from "../../src/ghl/catalog/search/verbs.ts";

/** An operation with the words that describe it. */
export interface SearchEntry {
  readonly operation: OperationSummary;
  readonly words: OperationWords;
}

/** How much a word counts by where it stands. */
const FIELD_WEIGHTS = { summary: 1.5, phrase: 1, name: 1.5 } as const;
const SATURATION = 1.2;
/** A word that two operations have says hardly more than one that six have. */
const MAX_WEIGHT = 4.5;
/** When something was or is to be says little about what it is. */
const DATE_WEIGHT = 0.8;

/** Reads the words of all operations into the index that is kept in `search-index.json`. */
export const buildIndex = (source: readonly SearchEntry[]): StoredIndex => {
  const operations: IndexedOperation[] = [];
  const sentences: ReadSentence[] = [];
  const counts: ReadonlyMap<string, number>[] = [];
  const families = [...new Set(source.map(({ operation }) => familyOf(operation)))];
  source.forEach((entry) => {
    const deeds = deedsOf(entry);
    const texts = sentencesOf(entry);
    const from = sentences.length;
    for (const text of texts) sentences.push(toSentence(text, deeds));
    const to = sentences.length;
    const family = families.indexOf(familyOf(entry.operation));
    operations.push(toOperation(entry, { deeds, from, to, family }));
    counts.push(countStems(entry));
  });
  const terms = collectTerms(counts, sentences);
  return {
    operations,
    sentences: sentences.map(({ words, stems, deeds }) => {
      const weight = weigh(stems.split(" "), terms);
      return deeds === undefined ? [words, stems, weight] : [words, stems, weight, deeds];
    }),
    terms: Object.fromEntries(terms),
  };
};

// what is done to the same things: /contacts/{contactId}/notes and /contacts/{contactId}/notes/{id}
const familyOf = ({ id, path }: OperationSummary): string =>
  [appOf(id), ...path.split("/").filter((part) => part !== "" && !part.startsWith("{"))].join("/");

const sentencesOf = ({ operation, words }: SearchEntry): readonly string[] => {
  const name = words.misnamed === true ? [] : [nameOf(operation.id)];
  return [words.summary, ...words.phrases, ...name].filter(
    (text, at) => at === 0 || readRequest(text).stems.length > 0,
  );
};

// contacts.update-contact: what it is called is a short phrase as well
const nameOf = (id: string): string =>
  splitName(id.slice(id.indexOf(".") + 1).replace(/-(?:v3|deprecated)$/u, ""));

const splitName = (name: string): string =>
  name.replaceAll(/([a-z])([A-Z])/gu, "$1 $2").replaceAll(/[^A-Za-z]+/gu, " ");

interface ReadSentence {
  readonly words: string;
  readonly stems: string;
  readonly deeds: readonly Deed[] | undefined;
}

const toSentence = (text: string, ofOperation: readonly Deed[]): ReadSentence => {
  const { words, stems, deeds } = readRequest(text);
  const own = deeds.length > 0 && deeds.join() !== ofOperation.join() ? deeds : undefined;
  return { words: words.join(" "), stems: stems.join(" "), deeds: own };
};

// "List emails that workflows send" lists: only what stands before the object is done
const deedsOf = ({ operation, words }: SearchEntry): readonly Deed[] => {
  const [start = ""] = words.summary.split(OBJECT, 1);
  const { deeds } = readRequest(`${start} it`);
  return deeds.length === 0 ? [deedOfMethod(operation)] : deeds;
};

const OBJECT = / (?:an?|the|that|to|of|on|in|for|by|with|from) /u;

const toOperation = (
  { operation, words }: SearchEntry,
  rest: Pick<IndexedOperation, "deeds" | "from" | "to" | "family">,
): IndexedOperation => {
  const summary = readRequest(words.summary);
  return {
    id: operation.id,
    ...rest,
    number: tellNumber(summary.words) ?? (operation.path.endsWith("}") ? "one" : "many"),
    bulk: summary.stems.includes(BULK),
    everyday: words.everyday === true,
    deprecated: operation.deprecated,
  };
};

const countStems = ({
  operation: { id, path },
  words,
}: SearchEntry): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  const add = (text: string, weight: number): void => {
    for (const one of new Set(readRequest(text).stems)) {
      counts.set(one, (counts.get(one) ?? 0) + weight);
    }
  };
  add(words.summary, FIELD_WEIGHTS.summary);
  for (const phrase of words.phrases) add(phrase, FIELD_WEIGHTS.phrase);
  if (words.misnamed !== true) {
    add(nameOf(id), FIELD_WEIGHTS.phrase);
    add(splitName(`${id} ${path.replaceAll(/\{[^}]*\}/gu, " ")}`), FIELD_WEIGHTS.name);
  }
  return counts;
};

const collectTerms = (
  counts: readonly ReadonlyMap<string, number>[],
  sentences: readonly { readonly stems: string }[],
): ReadonlyMap<string, Term> => {
  const inOperations = new Map<string, [number, number][]>();
  counts.forEach((counted, place) => {
    for (const [word, times] of counted) {
      append(inOperations, word, [place, round(times / (times + SATURATION))]);
    }
  });
  const inSentences = new Map<string, number[]>();
  sentences.forEach(({ stems }, place) => {
    for (const word of new Set(stems.split(" "))) append(inSentences, word, place);
  });
  const terms = new Map<string, Term>();
  for (const [word, operations] of inOperations) {
    const weight = word === DATE ? DATE_WEIGHT : rarity(operations.length, counts.length);
    terms.set(word, { weight, sentences: inSentences.get(word) ?? [], operations });
  }
  return terms;
};

const append = <Value>(lists: Map<string, Value[]>, word: string, value: Value): void => {
  const list = lists.get(word);
  if (list === undefined) lists.set(word, [value]);
  else list.push(value);
};

const rarity = (holders: number, total: number): number =>
  round(Math.min(MAX_WEIGHT, Math.log(1 + (total - holders + 0.5) / (holders + 0.5))));

const weigh = (stems: readonly string[], terms: ReadonlyMap<string, Term>): number => {
  let sum = 0;
  for (const word of new Set(stems)) sum += terms.get(word)?.weight ?? 0;
  return round(sum);
};

const round = (value: number): number => Math.round(value * 1000) / 1000;
