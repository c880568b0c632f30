import type { OperationSummary } from "../operation.ts";
import type { OperationWords } from "../words.ts";
import { type Reading, readRequest } from "./read-request.ts";
import { type Deed, deedOfMethod } from "./verbs.ts";

/** An operation with the words that describe it. */
export interface SearchEntry {
  readonly operation: OperationSummary;
  readonly words: OperationWords;
}

/** One sentence about an operation: its summary or one of its phrases. */
interface Sentence {
  readonly entry: number;
  readonly stems: readonly string[];
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
  readonly number?: "one" | "many";
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
const FIELD_WEIGHTS = { summary: 2, phrase: 1, name: 1, path: 0.3, area: 0.3 } as const;
const SATURATION = 1.2;

/** Reads the words of all operations into an index. */
export const buildIndex = (source: readonly SearchEntry[]): SearchIndex => {
  const entries: IndexedEntry[] = [];
  const sentences: Sentence[] = [];
  const strengths: Map<string, number>[] = [];
  source.forEach(({ operation, words }, entry) => {
    const summary = readRequest(words.summary);
    const counted = new Map<string, number>();
    count(counted, summary.stems, FIELD_WEIGHTS.summary);
    sentences.push({ entry, stems: summary.stems });
    for (const phrase of words.phrases) {
      const { stems } = readRequest(phrase);
      count(counted, stems, FIELD_WEIGHTS.phrase);
      sentences.push({ entry, stems });
    }
    count(counted, readRequest(spellOut(operation.id)).stems, FIELD_WEIGHTS.name);
    count(counted, readRequest(spellOut(operation.path)).stems, FIELD_WEIGHTS.path);
    count(counted, readRequest(operation.area).stems, FIELD_WEIGHTS.area);
    strengths.push(counted);
    entries.push(toEntry(operation, summary, words));
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
  { deeds, number }: Reading,
  { everyday }: OperationWords,
): IndexedEntry => ({
  operation,
  everyday: everyday === true,
  deeds: deeds.size === 0 ? new Set([deedOfMethod(operation)]) : deeds,
  ...(number !== undefined && { number }),
});

// contacts.add-tags, agent-studio.getAgents, /contacts/{contactId}/tags
const spellOut = (name: string): string =>
  name
    .replaceAll(/\{[^}]*\}/gu, " ")
    .replaceAll(/([a-z])([A-Z])/gu, "$1 $2")
    .replaceAll(/[^A-Za-z]+/gu, " ");

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
      { ...found, weight: rarity(found.entries.size, total) },
    ]),
  );
};

const rarity = (holders: number, total: number): number =>
  Math.log(1 + (total - holders + 0.5) / (holders + 0.5));

const sumWeights = (stems: readonly string[], terms: ReadonlyMap<string, Term>): number => {
  let sum = 0;
  for (const word of new Set(stems)) sum += terms.get(word)?.weight ?? 0;
  return sum;
};
