import type { OperationSummary } from "../operation.ts";
import type { OperationWords } from "../words.ts";
import { type Reading, readRequest, tellNumber } from "./read-request.ts";
import { stem } from "./stem.ts";
import { type Deed, deedOfMethod } from "./verbs.ts";

/** An operation with the words that describe it. */
export interface SearchEntry {
  readonly operation: OperationSummary;
  readonly words: OperationWords;
}

/** One sentence about an operation: its summary or one of its phrases. */
interface Sentence {
  readonly entry: number;
  /** All its words, small ones too, to tell twins apart. */
  readonly words: ReadonlySet<string>;
  readonly stems: readonly string[];
  /** What it says is done; that of its operation where it does not say. */
  readonly deeds: ReadonlySet<Deed>;
}

/** A word in the index: how rare it is, and where it stands. */
export interface Term {
  /** 0 for a word that every operation has; higher, the fewer have it. */
  readonly weight: number;
  /** Places in `sentences`. */
  readonly sentences: readonly number[];
  /** Places in `entries`, each with how strongly the word belongs to it: 0 to 1. */
  readonly entries: ReadonlyMap<number, number>;
}

/** An operation as the ranking sees it. */
export interface IndexedEntry {
  readonly operation: OperationSummary;
  readonly everyday: boolean;
  readonly deeds: ReadonlySet<Deed>;
  readonly number: "one" | "many";
  /** It changes many records in one call. */
  readonly bulk: boolean;
  /** Its places in `sentences`: its summary first, then its phrases. */
  readonly sentences: { readonly from: number; readonly to: number };
}

/** What the ranking reads. */
export interface SearchIndex {
  readonly entries: readonly IndexedEntry[];
  readonly sentences: readonly Sentence[];
  /** Sum of the weights of a sentence's words, by its place. */
  readonly sentenceWeights: readonly number[];
  readonly terms: ReadonlyMap<string, Term>;
}

/** How much a word counts by where it stands. */
const FIELD_WEIGHTS = { summary: 1.5, phrase: 1, name: 1.5 } as const;
const SATURATION = 1.2;
/** The stem of what is done to many records in one call. */
export const BULK = stem("bulk");
/** A word that two operations have says hardly more than one that six have. */
const MAX_RARITY = 4.5;
/** When something was or is to be says little about what it is. */
const DATE = stem("@date");
const DATE_WEIGHT = 0.8;

/** Reads the words of all operations into an index. */
export const buildIndex = (source: readonly SearchEntry[]): SearchIndex => {
  const entries: IndexedEntry[] = [];
  const sentences: Sentence[] = [];
  const strengths: Map<string, number>[] = [];
  source.forEach(({ operation, words }, entry) => {
    const summary = readRequest(words.summary);
    const counted = new Map<string, number>();
    count(counted, summary.stems, FIELD_WEIGHTS.summary);
    const indexed = toEntry(operation, summary, words);
    const first = sentences.length;
    sentences.push({ ...summary, entry, words: new Set(summary.words), deeds: indexed.deeds });
    for (const phrase of [...words.phrases, nameOf(operation.id)]) {
      const read = readRequest(phrase);
      count(counted, read.stems, FIELD_WEIGHTS.phrase);
      const deeds = read.deeds.size === 0 ? indexed.deeds : read.deeds;
      sentences.push({ entry, words: new Set(read.words), stems: read.stems, deeds });
    }
    count(counted, readRequest(spellOut(operation)).stems, FIELD_WEIGHTS.name);
    strengths.push(counted);
    entries.push({ ...indexed, sentences: { from: first, to: sentences.length } });
  });
  const terms = collectTerms(strengths, sentences);
  const sentenceWeights = sentences.map(({ stems }) => sumWeights(stems, terms));
  return { entries, sentences, sentenceWeights, terms };
};

const count = (counted: Map<string, number>, stems: readonly string[], weight: number): void => {
  for (const one of new Set(stems)) counted.set(one, (counted.get(one) ?? 0) + weight);
};

const toEntry = (
  operation: OperationSummary,
  read: Reading,
  { summary, everyday }: OperationWords,
): Omit<IndexedEntry, "sentences"> => {
  // "List emails that workflows send" lists: only what stands before the object is done
  const start = summary.split(/ (?:an?|the|that|to|of|on|in|for|by|with|from) /u, 1)[0] ?? "";
  const { deeds } = readRequest(`${start} it`);
  return {
    operation,
    everyday: everyday === true,
    deeds: deeds.size === 0 ? new Set([deedOfMethod(operation)]) : deeds,
    bulk: read.stems.includes(BULK),
    number: tellNumber(read.words) ?? (operation.path.endsWith("}") ? "one" : "many"),
  };
};

// contacts.add-tags and /contacts/{contactId}/tags
const spellOut = ({ id, path }: OperationSummary): string =>
  `${id} ${path.replaceAll(/\{[^}]*\}/gu, " ")}`
    .replaceAll(/([a-z])([A-Z])/gu, "$1 $2")
    .replaceAll(/[^A-Za-z]+/gu, " ");

// contacts.update-contact: what it is called is a short phrase as well
const nameOf = (id: string): string =>
  id
    .slice(id.indexOf(".") + 1)
    .replace(/-(?:v3|deprecated)$/u, "")
    .replaceAll(/([a-z])([A-Z])/gu, "$1 $2")
    .replaceAll("-", " ");

const collectTerms = (
  strengths: readonly ReadonlyMap<string, number>[],
  sentences: readonly Sentence[],
): ReadonlyMap<string, Term> => {
  const places = new Map<string, { sentences: number[]; entries: Map<number, number> }>();
  const placesOf = (word: string): { sentences: number[]; entries: Map<number, number> } => {
    const known = places.get(word) ?? { sentences: [], entries: new Map<number, number>() };
    places.set(word, known);
    return known;
  };
  strengths.forEach((counted, entry) => {
    for (const [word, times] of counted) {
      placesOf(word).entries.set(entry, times / (times + SATURATION));
    }
  });
  sentences.forEach(({ stems }, at) => {
    for (const word of new Set(stems)) placesOf(word).sentences.push(at);
  });
  const total = strengths.length;
  return new Map(
    [...places].map(([word, found]) => [
      word,
      { ...found, weight: word === DATE ? DATE_WEIGHT : rarity(found.entries.size, total) },
    ]),
  );
};

const rarity = (holders: number, total: number): number =>
  Math.min(MAX_RARITY, Math.log(1 + (total - holders + 0.5) / (holders + 0.5)));

const sumWeights = (stems: readonly string[], terms: ReadonlyMap<string, Term>): number => {
  let sum = 0;
  for (const word of new Set(stems)) sum += terms.get(word)?.weight ?? 0;
  return sum;
};
