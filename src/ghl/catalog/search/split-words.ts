import { isExpression } from "./synonyms.ts";

/** Longer requests are cut: nobody's question is longer, and time must stay bounded. */
const MAX_LENGTH = 400;
const MAX_WORDS = 60;

/**
 * The words of a sentence in small letters. Values say which record is meant, not which operation: an
 * email address or a phone number stands for a contact, other numbers for nothing.
 */
export const splitWords = (text: string): readonly string[] => {
  const words: string[] = [];
  for (const piece of hideValues(text.slice(0, MAX_LENGTH).toLowerCase()).split(SEPARATORS)) {
    const word = piece.replace(QUOTES, "");
    if (word === "") continue;
    if (!word.includes("-") || isExpression(word)) words.push(word);
    else words.push(...word.split("-").filter((part) => part !== ""));
  }
  return words.slice(0, MAX_WORDS);
};

const SEPARATORS = /[^\p{L}\p{N}@&'-]+/u;
/** What hangs on a word: quotation marks, a hyphen, the 's of an owner. */
const QUOTES = /^['-]+|'s$|['-]+$/gu;

const hideValues = (text: string): string => {
  const plain = text.includes("’") ? text.replaceAll("’", "'") : text;
  if (!/[@\d]/u.test(plain)) return plain;
  return plain
    .replaceAll(/[^\s@]+@[^\s@]+/gu, " contact ")
    .replaceAll(/\+?\d[\d\s()-]{6,}\d/gu, " contact ")
    .replaceAll(/\b(?!301\b)\d[\d.,:]*(?:st|nd|rd|th|k|am|pm)?\b/gu, " ");
};
