/**
 * What a character of JSON costs in tokens, by what it is part of. Fitted to o200k on the results of the
 * sandbox; `test/transcripts/result-sizes.test.ts` holds how far it is off. The tokenizer itself is larger
 * than this server.
 */
const OF_ID = 0.69;
const OF_DIGIT = 0.75;
const OF_SIGN = 0.3;
const OF_LETTER = 0.23;
const OF_OTHER_SCRIPT = 0.7;

/** Long words, digits, signs, and letters beyond ASCII, in this order; what remains is plain text. */
const PARTS =
  /(?<word>[A-Za-z0-9_-]{16,})|(?<digits>\d+)|(?<signs>[!-/:-@[-`{-~]+)|(?<others>[^\p{ASCII}]+)/gu;

/** About how many tokens a text of compact JSON is: within a tenth, for records of GoHighLevel. Pure. */
export function estimateTokens(json: string): number {
  let tokens = 0;
  let special = 0;
  for (const { 0: part, groups = {} } of json.matchAll(PARTS)) {
    special += part.length;
    tokens += part.length * costOf(groups);
  }
  return Math.ceil(tokens + (json.length - special) * OF_LETTER);
}

/** A long word with digits in it is an id. */
function costOf({ word, digits, signs }: Readonly<Record<string, string | undefined>>): number {
  if (word !== undefined) return /\d/u.test(word) ? OF_ID : OF_LETTER;
  if (digits !== undefined) return OF_DIGIT;
  return signs === undefined ? OF_OTHER_SCRIPT : OF_SIGN;
}
