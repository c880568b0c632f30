import { askedWithoutWord, isOver, isQuestion } from "./questions.ts";
import { CLAUSE_END, splitWords } from "./split-words.ts";
import { stem } from "./stem.ts";
import { findExpression } from "./synonyms.ts";
import { type Deed, findVerb } from "./verbs.ts";
import { ALL, EMPTY_VERBS, MANY, ONE, STOP_WORDS } from "./word-lists.ts";

/** What a sentence says, whether a request or one of the words of an operation. */
export interface Reading {
  /** Its words in small letters. */
  readonly words: readonly string[];
  /** The stems that carry meaning, in order. */
  readonly stems: readonly string[];
  /** What is to be done, where the sentence names it. */
  readonly deeds: readonly Deed[];
}

/** Reads a sentence: noise away, everyday words into the catalogue's, the rest to stems. */
export const readRequest = (text: string): Reading => {
  const clauses = splitWords(text);
  const words = clauses.filter((word) => word !== CLAUSE_END);
  const stems: string[] = [];
  const deeds = new Set<Deed>();
  for (let at = 0; at < clauses.length;) {
    const step = readStep(clauses, at);
    if (step.deed !== undefined) deeds.add(step.deed);
    stems.push(...step.stems);
    at += step.length;
  }
  const unsaid = askedWithoutWord(words);
  if (unsaid !== undefined) stems.push(stem(unsaid));
  if (isOver(words)) return { words, stems, deeds: ["delete", "stop"] };
  // "take him off the mailing list": a later "list" is no order
  const [order] = deeds;
  if (order !== "read" && words.includes("list")) deeds.delete("read");
  if (deeds.has("create") && deeds.size > 1 && isAdjectiveNew(words)) deeds.delete("create");
  return { words, stems, deeds: isQuestion(words, deeds.size > 0) ? ["read"] : [...deeds] };
};

interface Step {
  readonly deed?: Deed;
  readonly stems: readonly string[];
  /** How many words it takes. */
  readonly length: number;
}

// The longer of verb and expression decides how many words are taken; a verb may be an expression, too.
const readStep = (words: readonly string[], at: number): Step => {
  const expression = findExpression(words, at);
  const verb = findVerb(words, at);
  const word = words[at] ?? "";
  if (verb === undefined || verb.length < (expression?.length ?? 0)) {
    return expression === undefined
      ? { stems: STOP_WORDS.has(word) ? [] : [stem(word)], length: 1 }
      : { stems: expression.meant, length: expression.length };
  }
  const besides = verb.meant === undefined ? [] : [verb.meant];
  return {
    deed: verb.deed,
    stems: [...besides, ...(expression?.meant ?? stemsOfVerb(word))],
    length: verb.length,
  };
};

const stemsOfVerb = (word: string): readonly string[] =>
  EMPTY_VERBS.has(word) || STOP_WORDS.has(word) ? [] : [stem(word)];

/** Whether a sentence means one record or many; undefined where nothing tells. */
export const tellNumber = (words: readonly string[]): "one" | "many" | undefined => {
  if (words.some((word) => ALL.has(word))) return "many";
  if (words[0] === "open" || words.some((word) => ONE.has(word))) return "one";
  if (words.some((word) => MANY.has(word) || isPlural(word))) return "many";
  return words.includes("this") || words.includes("that") ? "one" : undefined;
};

const isPlural = (word: string): boolean =>
  word.length > 3 && word.endsWith("s") && !/(?:ss|us|is)$/u.test(word) && !STOP_WORDS.has(word);

// "show new leads": not an order to create any
const isAdjectiveNew = (words: readonly string[]): boolean =>
  words.indexOf("new") > 0 &&
  !words.some((word) => word !== "new" && findVerb([word], 0)?.deed === "create");
