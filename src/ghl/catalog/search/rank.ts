import type { IndexedEntry, SearchIndex } from "./build-index.ts";
import { type Reading, readRequest } from "./read-request.ts";
import { stem } from "./stem.ts";
import { CANONICAL, hintsOf } from "./synonyms.ts";
import { correctTypo } from "./typo.ts";

/** How well an operation answers a request. */
export interface Ranked {
  readonly entry: IndexedEntry;
  readonly score: number;
}

/** How much each sign counts. */
const WEIGHTS = {
  /** The words of the request that the operation has anywhere. */
  words: 0.5,
  /** The one sentence of the operation that is most like the request. */
  sentence: 0.6,
  /** Neighbouring words of the request that are neighbours there, too. */
  pairs: 0.12,
  hint: 0.5,
  corrected: 0.8,
  everyday: 0.06,
  number: 0.05,
} as const;

const OTHER_DEED = 0.7;
const DEPRECATED = 0.75;
const NO_DEED_BUT_READS = 1.06;

/** A word of the request with every word of the index that it may mean. */
interface Slot {
  readonly weight: number;
  readonly meanings: ReadonlyMap<string, number>;
}

/** The operations that share a word with the request, best first. */
export const rank = (index: SearchIndex, query: string): readonly Ranked[] => {
  const reading = readRequest(query);
  const slots = toSlots(index, reading.stems);
  if (slots.length === 0) return [];
  const total = slots.reduce((sum, { weight }) => sum + weight, 0);
  const words = scoreWords(index, slots);
  const sentences = scoreSentences(index, slots, total);
  const pairs = pairsOf(slots);
  return [...words]
    .map(([at, shared]) => {
      const entry = index.entries[at];
      if (entry === undefined) throw new Error(`no entry ${at}`);
      const best = sentences.get(at);
      const text =
        (WEIGHTS.words * shared) / total +
        WEIGHTS.sentence * (best?.likeness ?? 0) +
        WEIGHTS.pairs *
          (best === undefined ? 0 : sharePairs(index.sentences[best.sentence]?.stems ?? [], pairs));
      return { entry, score: adjust(text, entry, reading) };
    })
    .toSorted((left, right) => right.score - left.score);
};

const toSlots = (index: SearchIndex, stems: readonly string[]): readonly Slot[] => {
  const known = [...new Set(stems)].flatMap((word) => {
    const slot = toSlot(index, word);
    return slot === undefined ? [] : [slot];
  });
  if (known.length > 0) return known;
  // only names and values: somebody is looked for
  const person = toSlot(index, stem("contact"));
  return person === undefined ? [] : [person];
};

const toSlot = (index: SearchIndex, word: string): Slot | undefined => {
  const meanings = new Map<string, number>();
  let factor = 1;
  let meant: readonly string[] | undefined =
    index.terms.has(word) || hintsOf(word).length > 0 ? [word] : undefined;
  if (meant === undefined) {
    meant = correct(index, word);
    factor = WEIGHTS.corrected;
  }
  if (meant === undefined) return undefined;
  for (const one of meant) {
    if (index.terms.has(one)) meanings.set(one, factor);
    for (const hint of hintsOf(one)) {
      if (index.terms.has(hint) && !meanings.has(hint)) meanings.set(hint, factor * WEIGHTS.hint);
    }
  }
  let weight = 0;
  for (const [one, share] of meanings) {
    weight = Math.max(weight, share * (index.terms.get(one)?.weight ?? 0));
  }
  return meanings.size === 0 ? undefined : { weight, meanings };
};

const correct = (index: SearchIndex, word: string): readonly string[] | undefined => {
  const spelling = correctTypo(word, [...index.terms.keys(), ...SPELLINGS.keys()]);
  if (spelling === undefined) return undefined;
  return SPELLINGS.get(spelling) ?? [spelling];
};

/** Everyday words by their stems, so that a slip in one of them is forgiven as well. */
const SPELLINGS: ReadonlyMap<string, readonly string[]> = new Map(
  [...CANONICAL]
    .filter(([expression]) => !expression.includes(" "))
    .map(([expression, meant]) => [stem(expression), meant]),
);

const scoreWords = (index: SearchIndex, slots: readonly Slot[]): ReadonlyMap<number, number> => {
  const scores = new Map<number, number>();
  for (const { meanings } of slots) {
    const best = new Map<number, number>();
    for (const [word, factor] of meanings) {
      const term = index.terms.get(word);
      for (const [at, strength] of term?.entries ?? []) {
        const value = factor * strength * (term?.weight ?? 0);
        if (value > (best.get(at) ?? 0)) best.set(at, value);
      }
    }
    for (const [at, value] of best) scores.set(at, (scores.get(at) ?? 0) + value);
  }
  return scores;
};

interface BestSentence {
  readonly likeness: number;
  readonly sentence: number;
}

const scoreSentences = (
  index: SearchIndex,
  slots: readonly Slot[],
  total: number,
): ReadonlyMap<number, BestSentence> => {
  const shared = new Map<number, number>();
  for (const { meanings } of slots) {
    const best = new Map<number, number>();
    for (const [word, factor] of meanings) {
      const term = index.terms.get(word);
      const value = factor * (term?.weight ?? 0);
      for (const at of term?.sentences ?? []) if (value > (best.get(at) ?? 0)) best.set(at, value);
    }
    for (const [at, value] of best) shared.set(at, (shared.get(at) ?? 0) + value);
  }
  const found = new Map<number, BestSentence>();
  for (const [sentence, value] of shared) {
    const likeness = value / Math.sqrt(total * (index.sentenceWeights[sentence] ?? 1));
    const entry = index.sentences[sentence]?.entry ?? 0;
    if (likeness > (found.get(entry)?.likeness ?? 0)) found.set(entry, { likeness, sentence });
  }
  return found;
};

const pairsOf = (slots: readonly Slot[]): readonly (readonly [Slot, Slot])[] =>
  slots.slice(1).map((slot, at) => [slots[at] ?? slot, slot]);

const sharePairs = (
  stems: readonly string[],
  pairs: readonly (readonly [Slot, Slot])[],
): number => {
  if (pairs.length === 0) return 0;
  const found = pairs.filter(([left, right]) =>
    stems.some((word, at) => left.meanings.has(word) && right.meanings.has(stems[at + 1] ?? "")),
  );
  return found.length / pairs.length;
};

const adjust = (text: number, entry: IndexedEntry, { deeds, number }: Reading): number => {
  let score = text + (entry.everyday ? WEIGHTS.everyday : 0);
  if (number !== undefined && entry.number === number) score += WEIGHTS.number;
  if (deeds.size === 0) score *= entry.deeds.has("read") ? NO_DEED_BUT_READS : 1;
  else if ([...deeds].every((deed) => !entry.deeds.has(deed))) score *= OTHER_DEED;
  return entry.operation.deprecated ? score * DEPRECATED : score;
};
