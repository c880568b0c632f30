import type { SearchIndex, Term } from "./search-index.ts";
import { EVERYDAY_STEMS, hintsOf, PERSON } from "./synonyms.ts";
import { correctTypo } from "./typo.ts";

/** A word of a request with every word of the index that it may mean. */
export interface Slot {
  readonly weight: number;
  readonly meanings: ReadonlyMap<string, Meaning>;
}

/** A word that is meant: 1 for the word itself, less for a hint or a corrected slip. */
interface Meaning {
  readonly term: Term;
  readonly factor: number;
}

const HINT = 0.5;
const CORRECTED = 0.8;
/** What is asked for stands first: "a folder for templates". */
const HEAD = 1.1;

/** The words of a request that the index knows; those that it does not know are names and values. */
export const toSlots = (index: SearchIndex, stems: readonly string[]): readonly Slot[] => {
  const slots: Slot[] = [];
  for (const word of new Set(stems)) {
    const meanings = findMeanings(index, word, slots.length === 0 ? HEAD : 1);
    if (meanings.size > 0) slots.push(toSlot(meanings));
  }
  // only names and values: somebody is looked for
  return slots.length > 0 ? slots : [toSlot(findMeanings(index, PERSON, 1))];
};

const toSlot = (meanings: ReadonlyMap<string, Meaning>): Slot => {
  const weights = [...meanings.values()].map(({ term, factor }) => factor * term.weight);
  return { weight: Math.max(...weights), meanings };
};

const findMeanings = (
  index: SearchIndex,
  word: string,
  share: number,
): ReadonlyMap<string, Meaning> => {
  const known = index.terms.has(word) || hintsOf(word).length > 0;
  const factor = known ? share : share * CORRECTED;
  const meanings = new Map<string, Meaning>();
  const mean = (one: string, counts: number): void => {
    const term = index.terms.get(one);
    if (term !== undefined && !meanings.has(one)) meanings.set(one, { term, factor: counts });
  };
  for (const one of known ? [word] : correct(index, word)) {
    mean(one, factor);
    for (const hint of hintsOf(one)) mean(hint, factor * HINT);
  }
  return meanings;
};

const correct = (index: SearchIndex, word: string): readonly string[] => {
  const spelling = correctTypo(word, index.spellings.get(word[0] ?? "") ?? []);
  if (spelling === undefined) return [];
  return EVERYDAY_STEMS.get(spelling) ?? [spelling];
};
