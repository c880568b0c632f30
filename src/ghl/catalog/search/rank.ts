import { readRequest, tellNumber, type Reading } from "./read-request.ts";
import type { IndexedOperation, SearchIndex } from "./search-index.ts";
import { type Slot, toSlots } from "./slots.ts";
import { BULK, PERSON } from "./synonyms.ts";
import { agreement } from "./verbs.ts";

/** How well an operation answers a request. */
export interface Ranked {
  readonly operation: IndexedOperation;
  readonly score: number;
}

/** How much each sign adds to the score. */
const WEIGHTS = {
  /** The words of the request that the operation has anywhere. */
  words: 0.7,
  /** The one sentence of the operation that is most like the request. */
  sentence: 0.5,
  /** Neighbouring words of the request that are neighbours in that sentence, too. */
  pairs: 0.12,
  /** A request with two verbs, both of which the operation does: "create or update". */
  allDeeds: 0.1,
  everyday: 0.06,
  /** Likeness word by word, among the best. */
  literal: 0.15,
  /** How much of the summary the request says, among the best. */
  summary: 0.1,
} as const;

/** What the score is multiplied by. */
const FACTORS = {
  rightNumber: 1.1,
  wrongNumber: 0.9,
  /** "Overdue invoices": things without a verb are asked for to be seen. */
  thingsToRead: 1.25,
  thingToRead: 1.06,
  bulkUnasked: 0.85,
  deprecated: 0.75,
} as const;

/** How many of the best are compared word by word. */
const CLOSE = 20;

/** The operations that share a word with the request, best first. */
export const rank = (index: SearchIndex, query: string): readonly Ranked[] => {
  const reading = readRequest(query);
  const slots = toSlots(index, reading.stems);
  const ranked = rankBySigns(index, slots, reading);
  const close = ranked.slice(0, CLOSE).map(({ operation, score }) => ({
    operation,
    score:
      score +
      WEIGHTS.literal * compareWords(index, operation, reading.words) +
      WEIGHTS.summary * shareOfSummary(index, operation, slots),
  }));
  return [...close.toSorted(byScore), ...ranked.slice(CLOSE)];
};

const byScore = (left: Ranked, right: Ranked): number => right.score - left.score;

const rankBySigns = (
  index: SearchIndex,
  slots: readonly Slot[],
  reading: Reading,
): readonly Ranked[] => {
  const total = slots.reduce((sum, { weight }) => sum + weight, 0);
  const sentences = findBestSentences(index, slots, reading);
  return [...scoreWords(slots)]
    .map(([place, shared]) => {
      const operation = index.operations[place];
      if (operation === undefined) throw new Error(`no operation at ${place}`);
      const best = sentences.get(place);
      const text =
        (WEIGHTS.words * shared) / total +
        WEIGHTS.sentence * (best?.likeness ?? 0) +
        WEIGHTS.pairs * (best === undefined ? 0 : sharePairs(best.stems, slots));
      return { operation, score: adjust(text, operation, reading) };
    })
    .toSorted(byScore);
};

const scoreWords = (slots: readonly Slot[]): ReadonlyMap<number, number> => {
  const scores = new Map<number, number>();
  for (const { meanings } of slots) {
    const best = new Map<number, number>();
    for (const { term, factor } of meanings.values()) {
      for (const [place, strength] of term.operations) {
        const value = factor * strength * term.weight;
        if (value > (best.get(place) ?? 0)) best.set(place, value);
      }
    }
    for (const [place, value] of best) scores.set(place, (scores.get(place) ?? 0) + value);
  }
  return scores;
};

interface BestSentence {
  readonly likeness: number;
  readonly stems: string;
}

/** The sentence of each operation that is most like the request: the cosine of their words. */
const findBestSentences = (
  index: SearchIndex,
  slots: readonly Slot[],
  { deeds }: Reading,
): ReadonlyMap<number, BestSentence> => {
  const total = slots.reduce((sum, { weight }) => sum + weight, 0);
  const found = new Map<number, BestSentence>();
  for (const [place, value] of scoreSentences(slots)) {
    const sentence = index.sentences[place];
    if (sentence === undefined) throw new Error(`no sentence at ${place}`);
    const done = sentence.deeds ?? index.operations[sentence.operation]?.deeds ?? [];
    const likeness =
      (value / Math.sqrt(total * sentence.weight)) * Math.sqrt(agreement(deeds, done));
    if (likeness > (found.get(sentence.operation)?.likeness ?? 0)) {
      found.set(sentence.operation, { likeness, stems: sentence.stems });
    }
  }
  return found;
};

const scoreSentences = (slots: readonly Slot[]): ReadonlyMap<number, number> => {
  const shared = new Map<number, number>();
  for (const { meanings } of slots) {
    const best = new Map<number, number>();
    for (const { term, factor } of meanings.values()) {
      const value = factor * term.weight;
      for (const place of term.sentences) {
        if (value > (best.get(place) ?? 0)) best.set(place, value);
      }
    }
    for (const [place, value] of best) shared.set(place, (shared.get(place) ?? 0) + value);
  }
  return shared;
};

const sharePairs = (sentence: string, slots: readonly Slot[]): number => {
  if (slots.length < 2) return 0;
  const stems = sentence.split(" ");
  const found = slots.slice(1).filter((right, at) => {
    const left = slots[at];
    return stems.some(
      (word, place) => left?.meanings.has(word) && right.meanings.has(stems[place + 1] ?? ""),
    );
  });
  return found.length / (slots.length - 1);
};

const adjust = (text: number, operation: IndexedOperation, reading: Reading): number => {
  const { deeds, words, stems } = reading;
  // a bare name or address: somebody is looked for
  const bare = stems.every((word) => word === PERSON);
  const number = tellNumber(words) ?? (bare ? "many" : undefined);
  const reads = operation.deeds.includes("read");
  let score = text + (operation.everyday ? WEIGHTS.everyday : 0);
  if (number !== undefined && reads) {
    score *= operation.number === number ? FACTORS.rightNumber : FACTORS.wrongNumber;
  }
  if (deeds.length > 1 && deeds.every((deed) => operation.deeds.includes(deed))) {
    score += WEIGHTS.allDeeds;
  }
  if (deeds.length === 0 && reads) {
    score *= number === "many" ? FACTORS.thingsToRead : FACTORS.thingToRead;
  }
  if (operation.bulk && !stems.includes(BULK)) score *= FACTORS.bulkUnasked;
  if (operation.deprecated) score *= FACTORS.deprecated;
  return score * agreement(deeds, operation.deeds);
};

/** The best likeness of all words, small ones too, over the sentences of an operation. */
const compareWords = (
  index: SearchIndex,
  { from, to }: IndexedOperation,
  asked: readonly string[],
): number => {
  let best = 0;
  for (const sentence of index.sentences.slice(from, to)) {
    const words = sentence.words.split(" ");
    const shared = asked.filter((word) => words.includes(word)).length;
    best = Math.max(best, (2 * shared) / (words.length + asked.length));
  }
  return best;
};

/** How much of the summary is asked for: a plain late fee is less of a template's late fee. */
const shareOfSummary = (
  index: SearchIndex,
  { from }: IndexedOperation,
  slots: readonly Slot[],
): number => {
  const summary = index.sentences[from];
  if (summary === undefined) return 0;
  let said = 0;
  for (const word of new Set(summary.stems.split(" "))) {
    if (slots.some(({ meanings }) => meanings.has(word))) {
      said += index.terms.get(word)?.weight ?? 0;
    }
  }
  return said / Math.max(1, summary.weight);
};
