import { isExpression } from "./synonyms.ts";

/** Longer requests are cut: nobody's question is longer, and time must stay bounded. */
const MAX_LENGTH = 400;
const MAX_WORDS = 60;

/**
 * The words of a sentence in small letters. Values say which record is meant, not which operation: an
 * email address or a phone number stands for a contact, an id for one record, other numbers for
 * nothing.
 */
export const splitWords = (text: string): readonly string[] => {
  const words: string[] = [];
  for (const piece of hideValues(
    text
      .slice(0, MAX_LENGTH)
      .replace(ADDRESSEE, "$1 contact")
      .replaceAll(OWNERS, "contact")
      .replaceAll(NAMES, " ")
      .toLowerCase(),
  )
    .replaceAll(CLAUSE_ENDS, ` ${CLAUSE_END} `)
    .split(SEPARATORS)) {
    const word = piece.replace(QUOTES, "");
    if (word === "") continue;
    if (/\d/u.test(word) && !isExpression(word)) words.push("@id");
    else if (!word.includes("-") || isExpression(word)) words.push(word);
    else words.push(...word.split("-").filter((part) => part !== ""));
  }
  return words.slice(0, MAX_WORDS);
};

/** Stands among the words where one clause ends: a verb of the next has nothing to do with it. */
export const CLAUSE_END = "@end";

const CLAUSE_ENDS = /[,;:.!?]+(?=\s)/gu;

/** Who a text or a bill goes to: "text Maria", "invoice Acme". */
const ADDRESSEE =
  /\b(text|email|message|invoice|bill|tag|call|tell|remind|charge|quote|reply to|write to) [A-Z][a-z]+\b/u;
/** Whose something is: "what is Maria's number". */
const OWNERS = /(?<=[a-z,] )[A-Z][a-z]+['’]s\b/gu;
/** First names that are verbs or nouns when they are not a name. */
const NAMES = /(?<=[a-z] )(?:Mark|Bill|Grant|Will|Chase|Drew|Rob|Sue|Art|Miles|Page)\b/gu;
const SEPARATORS = /[^\p{L}\p{N}@&'-]+/u;
/** What hangs on a word: quotation marks, a hyphen, the 's of an owner. */
const QUOTES = /^['-]+|'s$|['-]+$/gu;

const hideValues = (text: string): string => {
  const plain = text.includes("’") ? text.replaceAll("’", "'") : text;
  if (!/[@\d]/u.test(plain)) return plain;
  return plain
    .replaceAll(/[^\s@]+@[^\s@]+/gu, " contact ")
    .replaceAll(/\+?\d[\d\s()-]{6,}\d/gu, " contact ")
    .replaceAll(/(?<=\b(?:invoice|order|estimate|quote|contact|deal|number|id) )#?\d+/gu, " @id ")
    .replaceAll(/#\d+/gu, " @id ")
    .replaceAll(/\b(?!301\b)\d[\d.,:]*(?:st|nd|rd|th|k|am|pm)?\b/gu, " ");
};
