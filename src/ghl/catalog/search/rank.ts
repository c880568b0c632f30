import { readRequest, tellNumber, type Reading } from "./read-request.ts";
import { findBestSentences, scoreWords } from "./score.ts";
import type { IndexedOperation, SearchIndex } from "./search-index.ts";
import { type Slot, toSlots } from "./slots.ts";
import { BULK, PERSON } from "./synonyms.ts";
import { agreement, type Deed } from "./verbs.ts";

/** How well an operation answers a request. */
export interface Ranked {
  readonly operation: IndexedOperation;
  readonly score: number;
}

/** How much each sign adds to the score. */
const WEIGHTS = {
  /** The words of the request that the operation has anywhere. */
  words: 0.75,
  /** The one sentence of the operation that is most like the request. */
  sentence: 0.5,
  /** Neighbouring words of the request that are neighbours in that sentence, too. */
  pairs: 0.12,
  /** A request with two verbs, both of which the operation does: "create or update". */
  allDeeds: 0.1,
  everyday: 0.06,
  /** Likeness word by word, among the best. */
  literal: 0.6,
  /** How much of the summary the request says, among the best. */
  summary: 0.07,
} as const;

/** What the score is multiplied by. */
const FACTORS = {
  rightNumber: 1.1,
  wrongNumber: 0.9,
  /** "Overdue invoices": things without a verb are asked for to be seen. */
  thingsToRead: 1.13,
  thingToRead: 1.06,
  bulkUnasked: 0.85,
  deprecated: 0.75,
} as const;

/** How many of the best are compared word by word. */
const CLOSE = 20;

/** The operations that share a word with the request, best first. */
export const rank = (index: SearchIndex, query: string): readonly Ranked[] => {
  const asked = readRequest(query);
  const slots = toSlots(index, asked.stems);
  const reading = isBare(asked, slots) ? { ...asked, words: FINDING } : asked;
  const ranked = rankBySigns(index, slots, toWish(reading, slots));
  const close = ranked.slice(0, CLOSE).map(({ operation, score }) => ({
    operation,
    score:
      score +
      WEIGHTS.literal * compareWords(index, operation, reading.words) +
      WEIGHTS.summary * shareOfSummary(index, operation, slots),
  }));
  return [...close.toSorted(byScore), ...ranked.slice(CLOSE)];
};

// a bare name or address: somebody is looked for
const isBare = ({ deeds }: Reading, slots: readonly Slot[]): boolean =>
  deeds.length === 0 && slots.every(({ meanings }) => meanings.has(PERSON));

/** What a bare name or address says. */
const FINDING = ["find", "contacts", "by", "name", "email", "phone"];

/** What a request asks for, beside its words. */
interface Wish {
  readonly deeds: readonly Deed[];
  readonly number: "one" | "many" | undefined;
  readonly bulk: boolean;
}

const toWish = ({ words, stems, deeds }: Reading, slots: readonly Slot[]): Wish => {
  const number = tellNumber(words);
  const bulk = stems.includes(BULK);
  const bare = slots.every(({ meanings }) => meanings.has(PERSON));
  if (!bare || deeds.some((deed) => deed !== "read")) return { deeds, number, bulk };
  return { deeds: ["read"], number: number ?? "many", bulk };
};

const byScore = (left: Ranked, right: Ranked): number => right.score - left.score;

const rankBySigns = (index: SearchIndex, slots: readonly Slot[], wish: Wish): readonly Ranked[] => {
  const total = slots.reduce((sum, { weight }) => sum + weight, 0);
  const sentences = findBestSentences(index, slots, wish.deeds);
  return [...scoreWords(index, slots)]
    .map(([place, shared]) => {
      const operation = index.operations[place];
      if (operation === undefined) throw new Error(`no operation at ${place}`);
      const best = sentences.get(place);
      const text =
        (WEIGHTS.words * shared) / total +
        WEIGHTS.sentence * (best?.likeness ?? 0) +
        WEIGHTS.pairs * (best === undefined ? 0 : sharePairs(best.stems, slots));
      return { operation, score: adjust(text, operation, wish) };
    })
    .toSorted(byScore);
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

const adjust = (text: number, operation: IndexedOperation, wish: Wish): number => {
  const { deeds } = wish;
  const doesAll = deeds.length > 1 && deeds.every((deed) => operation.deeds.includes(deed));
  const score =
    (text + (operation.everyday ? WEIGHTS.everyday : 0)) * numberFactor(operation, wish) +
    (doesAll ? WEIGHTS.allDeeds : 0);
  const bulk = operation.bulk && !wish.bulk ? FACTORS.bulkUnasked : 1;
  const deprecated = operation.deprecated ? FACTORS.deprecated : 1;
  return score * bulk * deprecated * agreement(deeds, operation.deeds);
};

const numberFactor = (operation: IndexedOperation, { deeds, number }: Wish): number => {
  if (!operation.deeds.includes("read")) return 1;
  const things = number === "many" ? FACTORS.thingsToRead : FACTORS.thingToRead;
  const unsaid = deeds.length === 0 ? things : 1;
  if (number === undefined) return unsaid;
  return unsaid * (operation.number === number ? FACTORS.rightNumber : FACTORS.wrongNumber);
};

/** The best likeness of all words, small ones too, over the sentences of an operation. */
const compareWords = (
  index: SearchIndex,
  { from, to }: IndexedOperation,
  asked: readonly string[],
): number => {
  let best = 0;
  for (const [sentence] of index.sentences.slice(from, to)) {
    const words = sentence.split(" ");
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
  const [, stems, weight] = summary;
  let said = 0;
  for (const word of new Set(stems.split(" "))) {
    if (slots.some(({ meanings }) => meanings.has(word))) {
      said += index.terms.get(word)?.weight ?? 0;
    }
  }
  return said / Math.max(1, weight);
};
