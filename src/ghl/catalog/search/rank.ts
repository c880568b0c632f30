import type { IndexedEntry, SearchIndex } from "./build-index.ts";
import { type Reading, readRequest, tellNumber } from "./read-request.ts";
import { stem } from "./stem.ts";
import { BULK } from "./build-index.ts";
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
  literal: 0.15,
  summary: 0.1,
  head: 1.2,
} as const;

const BULK_UNASKED = 0.85;
const DEPRECATED = 0.75;
/** How many of the best are compared word by word. */
const CLOSE = 20;
/** "Overdue invoices": a thing without a verb is asked for to be seen. */
const MANY_AND_READS = 1.25;
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
  const asked = reading.words;
  const ranked = [...words]
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
    .toSorted(byScore);
  const close = ranked.slice(0, CLOSE).map(({ entry, score }) => ({
    entry,
    score:
      score +
      WEIGHTS.literal * likenessOfWords(index, entry, asked) +
      WEIGHTS.summary * shareOfSummary(index, entry, slots),
  }));
  return [...close.toSorted(byScore), ...ranked.slice(CLOSE)];
};

const byScore = (left: Ranked, right: Ranked): number => right.score - left.score;

/** The best likeness of all words, small ones too, over the sentences of an operation. */
const likenessOfWords = (
  index: SearchIndex,
  { sentences: { from, to } }: IndexedEntry,
  asked: readonly string[],
): number => {
  let best = 0;
  for (const { words } of index.sentences.slice(from, to)) {
    const shared = asked.filter((word) => words.has(word)).length;
    best = Math.max(best, (2 * shared) / (words.size + asked.length));
  }
  return best;
};

/** How much of the summary the request says: "late fees of an invoice" is less like a template's. */
const shareOfSummary = (
  index: SearchIndex,
  { sentences: { from } }: IndexedEntry,
  slots: readonly Slot[],
): number => {
  let said = 0;
  for (const word of new Set(index.sentences[from]?.stems)) {
    if (slots.some(({ meanings }) => meanings.has(word)))
      said += index.terms.get(word)?.weight ?? 0;
  }
  return said / Math.max(1, index.sentenceWeights[from] ?? 1);
};

const toSlots = (index: SearchIndex, stems: readonly string[]): readonly Slot[] => {
  const known = [...new Set(stems)].flatMap((word) => {
    const slot = toSlot(index, word);
    return slot === undefined ? [] : [slot];
  });
  if (known.length > 0) return known.map(favourHead);
  // only names and values: somebody is looked for
  const person = toSlot(index, stem("contact"));
  return person === undefined ? [] : [person];
};

// what is asked for stands first: "a folder for templates"
const favourHead = (slot: Slot, at: number): Slot => {
  if (at > 0) return slot;
  const meanings = new Map([...slot.meanings].map(([word, share]) => [word, share * WEIGHTS.head]));
  return { weight: slot.weight * WEIGHTS.head, meanings };
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

const adjust = (text: number, entry: IndexedEntry, { deeds, words, stems }: Reading): number => {
  const number = tellNumber(words);
  let score = text + (entry.everyday ? WEIGHTS.everyday : 0);
  if (number !== undefined && entry.deeds.has("read")) {
    score *= entry.number === number ? 1 + WEIGHTS.number : 1 - WEIGHTS.number;
  }
  if (deeds.size > 1 && [...deeds].every((deed) => entry.deeds.has(deed)))
    score += WEIGHTS.allDeeds;
  if (deeds.size === 0 && entry.deeds.has("read")) {
    score *= number === "many" ? MANY_AND_READS : NO_DEED_BUT_READS;
  }
  score *= agreement(deeds, entry.deeds);
  if (entry.bulk && !stems.includes(BULK)) score *= BULK_UNASKED;
  return entry.operation.deprecated ? score * DEPRECATED : score;
};
