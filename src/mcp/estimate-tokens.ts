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

/** The most that a character costs: what is short by this much needs no closer look. */
export const MOST_TOKENS_PER_CHARACTER = OF_DIGIT;

/** A word is an id from this length on, if there is a digit in it. */
const ID_LENGTH = 16;

/** What a character is. Words are of the first three. */
const LETTER = 0;
const DIGIT = 1;
const DASH = 2;
const SIGN = 3;
const SPACE = 4;
const OTHER_SCRIPT = 5;

const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[A-Za-z]/u.test(character)) return LETTER;
  if (/\d/u.test(character)) return DIGIT;
  if (/[-_]/u.test(character)) return DASH;
  return /[!-/:-@[-`{-~]/u.test(character) ? SIGN : SPACE;
});

/** About how many tokens a text of compact JSON is: within a tenth, for records of GoHighLevel. Pure. */
export function estimateTokens(json: string): number {
  let tokens = 0;
  let digits = 0;
  let dashes = 0;
  let start = 0;
  for (let index = 0; index < json.length; index += 1) {
    const code = json.charCodeAt(index);
    const kind = code < KINDS.length ? KINDS[code] : OTHER_SCRIPT;
    if (kind === LETTER) continue;
    if (kind === DIGIT) digits += 1;
    else if (kind === DASH) dashes += 1;
    else {
      tokens += costOfWord(index - start, digits, dashes) + costOfRest(kind);
      start = index + 1;
      digits = 0;
      dashes = 0;
    }
  }
  return Math.ceil(tokens + costOfWord(json.length - start, digits, dashes));
}

const costOfWord = (length: number, digits: number, dashes: number): number =>
  length >= ID_LENGTH
    ? length * (digits > 0 ? OF_ID : OF_LETTER)
    : digits * OF_DIGIT + dashes * OF_SIGN + (length - digits - dashes) * OF_LETTER;

const costOfRest = (kind: number | undefined): number => {
  if (kind === SIGN) return OF_SIGN;
  return kind === SPACE ? OF_LETTER : OF_OTHER_SCRIPT;
};
