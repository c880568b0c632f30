/** Control characters, and the invisible ones that reorder or hide text. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu;

/**
 * Makes foreign text fit to be shown as evidence: one line, nothing invisible, at most `maxLength`
 * characters.
 */
export const toEvidence = (text: string, maxLength: number): string => {
  const line = text
    .slice(0, maxLength * 4)
    .replaceAll(UNPRINTABLE, " ")
    .trim();
  return line.length > maxLength ? `${line.slice(0, maxLength - 1).toWellFormed()}…` : line;
};
