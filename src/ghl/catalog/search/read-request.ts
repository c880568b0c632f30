import { splitWords } from "./split-words.ts";
import { stem } from "./stem.ts";
import { findExpression, PERSON } from "./synonyms.ts";
import { type Deed, findVerb } from "./verbs.ts";
import { ALL, ASKING, EMPTY_VERBS, MANY, ONE, QUESTION_STARTS, STOP_WORDS } from "./word-lists.ts";

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
  const words = splitWords(text);
  const stems: string[] = [];
  const deeds = new Set<Deed>();
  for (let at = 0; at < words.length;) {
    const word = words[at] ?? "";
    const verb = findVerb(words, at);
    const expression = findExpression(words, at);
    const isVerb = verb !== undefined && verb.length >= (expression?.length ?? 0);
    if (isVerb) deeds.add(verb.deed);
    if (isVerb && verb.meant !== undefined) stems.push(verb.meant);
    if (expression !== undefined) stems.push(...expression.meant);
    else if (!(isVerb ? EMPTY_VERBS : STOP_WORDS).has(word)) stems.push(stem(word));
    at += Math.max(isVerb ? verb.length : 1, expression?.length ?? 1);
  }
  if (deeds.has("create") && deeds.size > 1 && isAdjectiveNew(words)) deeds.delete("create");
  return { words, stems, deeds: isQuestion({ words, stems }, deeds) ? ["read"] : [...deeds] };
};

// "what did she write" asks and orders nothing, "how do I write a note" does; a bare name or address
// asks for its person
const isQuestion = (
  { words, stems }: Omit<Reading, "deeds">,
  deeds: ReadonlySet<Deed>,
): boolean => {
  if (words[0] === "how" && (words[1] === "to" || words[2] === "i")) return false;
  if (QUESTION_STARTS.has(words[0] ?? "")) return true;
  if (deeds.size === 0 && stems.every((word) => word === PERSON)) return true;
  return deeds.size === 0 && words.some((word) => ASKING.has(word));
};

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
