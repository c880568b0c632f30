import { EVERYDAY_STEMS } from "./synonyms.ts";
import type { Deed } from "./verbs.ts";

/** An operation as the ranking sees it. */
export interface IndexedOperation {
  readonly id: string;
  readonly deeds: readonly Deed[];
  /** Whether it reads or changes one record or many. */
  readonly number: "one" | "many";
  /** It changes many records in one call. */
  readonly bulk: boolean;
  readonly everyday: boolean;
  readonly deprecated: boolean;
  /** Its sentences, from here to before `to`: its summary first, then its phrases and its name. */
  readonly from: number;
  readonly to: number;
  /** The number of its family: all that is done to the same things. */
  readonly family: number;
}

/** A stem: how much it tells, and where it stands. */
export interface Term {
  /** 0 for a stem that every operation has; higher, the fewer have it. */
  readonly weight: number;
  /** Places of sentences. */
  readonly sentences: readonly number[];
  /** Places of operations, each with how strongly the stem belongs to it: 0 to 1. */
  readonly operations: readonly (readonly [place: number, strength: number])[];
}

/** One sentence about an operation. A list, since most of the index is sentences. */
export type IndexedSentence = readonly [
  /** All its words, small ones too, with spaces between: they tell twins apart. */
  words: string,
  /** The stems that carry meaning, with spaces between. */
  stems: string,
  /** The weights of its stems together. */
  weight: number,
  /** What it says is done, where that is not what its operation does. */
  deeds?: readonly Deed[],
];

/** What the ranking reads, as `search-index.json` holds it. */
export interface StoredIndex {
  readonly operations: readonly IndexedOperation[];
  /** In the order of their operations. */
  readonly sentences: readonly IndexedSentence[];
  readonly terms: Readonly<Record<string, Term>>;
}

/** What the ranking reads. Stems of requests may be any word, "constructor" too: hence a map. */
export interface SearchIndex extends Omit<StoredIndex, "terms"> {
  readonly terms: ReadonlyMap<string, Term>;
  /** The place of the operation of each sentence. */
  readonly owners: readonly number[];
  /** The places of the operations of each family. */
  readonly families: readonly (readonly number[])[];
  /** The words that a slip of the finger may have meant, by their first letter. */
  readonly spellings: ReadonlyMap<string, readonly string[]>;
}

/** An index ready to be searched. */
export const openIndex = ({ terms, ...stored }: StoredIndex): SearchIndex => {
  const families: number[][] = [];
  const owners: number[] = [];
  stored.operations.forEach(({ family, from, to }, place) => {
    (families[family] ??= []).push(place);
    for (let at = from; at < to; at += 1) owners.push(place);
  });
  const spellings = Map.groupBy(
    [...Object.keys(terms), ...EVERYDAY_STEMS.keys()],
    ([first = ""]) => first,
  );
  return { ...stored, terms: new Map(Object.entries(terms)), owners, families, spellings };
};
