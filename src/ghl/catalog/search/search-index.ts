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

/** One sentence about an operation. */
export interface IndexedSentence {
  /** Its operation's place. */
  readonly operation: number;
  /** All its words, small ones too, with spaces between: they tell twins apart. */
  readonly words: string;
  /** The stems that carry meaning, with spaces between. */
  readonly stems: string;
  /** What it says is done, where that is not what its operation does. */
  readonly deeds: readonly Deed[] | undefined;
  /** The weights of its stems together. */
  readonly weight: number;
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

/** A sentence as it is stored: most of the index is sentences, and names would be half of them. */
export type StoredSentence = readonly [
  words: string,
  stems: string,
  weight: number,
  deeds?: readonly Deed[],
];

/** What the ranking reads, as `search-index.json` holds it. */
export interface StoredIndex {
  readonly operations: readonly IndexedOperation[];
  /** In the order of their operations. */
  readonly sentences: readonly StoredSentence[];
  readonly terms: Readonly<Record<string, Term>>;
}

/** What the ranking reads. Stems of requests may be any word, "constructor" too: hence a map. */
export interface SearchIndex extends Omit<StoredIndex, "sentences" | "terms"> {
  readonly sentences: readonly IndexedSentence[];
  readonly terms: ReadonlyMap<string, Term>;
  /** The places of the operations of each family. */
  readonly families: readonly (readonly number[])[];
}

/** An index ready to be searched. */
export const openIndex = ({ operations, sentences, terms }: StoredIndex): SearchIndex => {
  const families: number[][] = [];
  const opened: IndexedSentence[] = [];
  operations.forEach(({ family, from, to }, place) => {
    (families[family] ??= []).push(place);
    for (let at = from; at < to; at += 1) {
      const stored = sentences[at];
      if (stored === undefined) throw new Error(`no sentence at ${at}`);
      opened.push({
        operation: place,
        words: stored[0],
        stems: stored[1],
        weight: stored[2],
        deeds: stored[3],
      });
    }
  });
  return { operations, sentences: opened, terms: new Map(Object.entries(terms)), families };
};
