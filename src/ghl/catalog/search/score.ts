import type { SearchIndex } from "./search-index.ts";
import type { Slot } from "./slots.ts";
import { agreement, type Deed } from "./verbs.ts";

/**
 * How much of its strength a word has for the other operations of the family: whoever says "memo" for a
 * note when writing one says it when deleting one, too, though nobody wrote that down.
 */
const FAMILY = 0.7;

/** How strongly each operation, by its place, has the words of the request. */
export const scoreWords = (
  index: SearchIndex,
  slots: readonly Slot[],
): ReadonlyMap<number, number> => {
  const scores = new Map<number, number>();
  for (const slot of slots) {
    for (const [place, value] of withFamilies(index, bestOfSlot(slot))) {
      scores.set(place, (scores.get(place) ?? 0) + value);
    }
  }
  return scores;
};

const bestOfSlot = ({ meanings }: Slot): ReadonlyMap<number, number> => {
  const best = new Map<number, number>();
  for (const { term, factor } of meanings.values()) {
    for (const [place, strength] of term.operations) {
      raise(best, place, factor * strength * term.weight);
    }
  }
  return best;
};

const raise = (best: Map<number, number>, place: number, value: number): void => {
  if (value > (best.get(place) ?? 0)) best.set(place, value);
};

const withFamilies = (
  { operations, families }: SearchIndex,
  own: ReadonlyMap<number, number>,
): ReadonlyMap<number, number> => {
  const ofFamily = new Map<number, number>();
  for (const [place, value] of own) raise(ofFamily, operations[place]?.family ?? -1, value);
  const best = new Map(own);
  for (const [family, value] of ofFamily) {
    for (const place of families[family] ?? []) raise(best, place, FAMILY * value);
  }
  return best;
};

/** The sentence of an operation, or of its family, that is most like a request. */
export interface BestSentence {
  readonly likeness: number;
  readonly stems: string;
}

/**
 * The sentence of each operation that is most like the request: the cosine of their words. A sentence
 * of another operation of the family counts less, whatever it says is done.
 */
export const findBestSentences = (
  index: SearchIndex,
  slots: readonly Slot[],
  deeds: readonly Deed[],
): ReadonlyMap<number, BestSentence> => {
  const total = slots.reduce((sum, { weight }) => sum + weight, 0);
  const found = new Map<number, BestSentence>();
  const ofFamily = new Map<number, BestSentence>();
  for (const [at, value] of scoreSentences(slots)) {
    const sentence = index.sentences[at];
    const place = index.owners[at] ?? -1;
    const operation = index.operations[place];
    if (sentence === undefined || operation === undefined) throw new Error(`no sentence at ${at}`);
    const [, stems, weight, done = operation.deeds] = sentence;
    const cosine = value / Math.sqrt(total * weight);
    if (isBetter(ofFamily, operation.family, FAMILY * cosine)) {
      ofFamily.set(operation.family, { likeness: FAMILY * cosine, stems });
    }
    // most are no better even where what they say is done is what is asked for
    if (!isBetter(found, place, cosine)) continue;
    const likeness = cosine * Math.sqrt(agreement(deeds, done));
    if (isBetter(found, place, likeness)) found.set(place, { likeness, stems });
  }
  spread(index, ofFamily, found);
  return found;
};

const spread = (
  { families }: SearchIndex,
  ofFamily: ReadonlyMap<number, BestSentence>,
  found: Map<number, BestSentence>,
): void => {
  for (const [family, sentence] of ofFamily) {
    for (const place of families[family] ?? []) {
      if (isBetter(found, place, sentence.likeness)) found.set(place, sentence);
    }
  }
};

const isBetter = (
  best: ReadonlyMap<number, BestSentence>,
  key: number,
  likeness: number,
): boolean => likeness > (best.get(key)?.likeness ?? 0);

const scoreSentences = (slots: readonly Slot[]): ReadonlyMap<number, number> => {
  const shared = new Map<number, number>();
  for (const { meanings } of slots) {
    const best = new Map<number, number>();
    for (const { term, factor } of meanings.values()) {
      for (const at of term.sentences) raise(best, at, factor * term.weight);
    }
    for (const [at, value] of best) shared.set(at, (shared.get(at) ?? 0) + value);
  }
  return shared;
};
