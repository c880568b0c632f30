import type { IndexedEntry, SearchIndex } from "./build-index.ts";
import { type Reading, readRequest, tellNumber } from "./read-request.ts";
import { stem } from "./stem.ts";
import { EVERYDAY_STEMS, hintsOf } from "./synonyms.ts";
import { correctTypo } from "./typo.ts";
import { agreement, type Deed } from "./verbs.ts";

/** How well an operation answers a request. */
export interface Ranked {
  readonly entry: IndexedEntry;
  readonly score: number;
}

/** How much each sign counts. */
const WEIGHTS = {
  /** The words of the request that the operation has anywhere. */
  words: 0.7,
  /** The one sentence of the operation that is most like the request. */
  sentence: 0.5,
  /** Neighbouring words of the request that are neighbours there, too. */
  pairs: 0.12,
  hint: 0.5,
  corrected: 0.8,
  everyday: 0.06,
  number: 0.1,
  allDeeds: 0.1,
} as const;

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
  const sentences = scoreSentences(index, slots, { total, deeds: reading.deeds });
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
  const spelling = correctTypo(word, [...index.terms.keys(), ...EVERYDAY_STEMS.keys()]);
  if (spelling === undefined) return undefined;
  return EVERYDAY_STEMS.get(spelling) ?? [spelling];
};

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
  { total, deeds }: { readonly total: number; readonly deeds: ReadonlySet<Deed> },
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
  for (const [at, value] of shared) {
    const sentence = index.sentences[at];
    if (sentence === undefined) throw new Error(`no sentence ${at}`);
    const likeness =
      (value / Math.sqrt(total * (index.sentenceWeights[at] ?? 1))) *
      Math.sqrt(agreement(deeds, sentence.deeds));
    const { entry } = sentence;
    if (likeness > (found.get(entry)?.likeness ?? 0)) found.set(entry, { likeness, sentence: at });
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

const adjust = (text: number, entry: IndexedEntry, { deeds, words }: Reading): number => {
  const number = tellNumber(words);
  let score = text + (entry.everyday ? WEIGHTS.everyday : 0);
  if (number !== undefined && entry.deeds.has("read")) {
    score += entry.number === number ? WEIGHTS.number : -WEIGHTS.number;
  }
  if (deeds.size > 1 && [...deeds].every((deed) => entry.deeds.has(deed)))
    score += WEIGHTS.allDeeds;
  if (deeds.size === 0) score *= entry.deeds.has("read") ? NO_DEED_BUT_READS : 1;
  score *= agreement(deeds, entry.deeds);
  return entry.operation.deprecated ? score * DEPRECATED : score;
};
