const MAX_CODE_POINTS = 80;
// Control, format (bidi overrides, zero-width, soft hyphen), surrogate and private-use characters, line
// and paragraph separators: all that can hide, reorder or break what a person reads.
const UNSEEN = /\p{Cc}|\p{Cf}|\p{Cs}|\p{Co}|\p{Zl}|\p{Zp}|\p{Default_Ignorable_Code_Point}/gu;

/**
 * A client's name as pages may show it: one line, nothing invisible, at most 80 characters. Undefined
 * if nothing is left. Escaping stays the page's duty.
 */
export const sanitizeClientName = (name: string): string | undefined => {
  const seen = name
    .normalize("NFC")
    .replaceAll(/[\t\r\n]/g, " ")
    .replaceAll(UNSEEN, "")
    .replaceAll(/\s+/gu, " ")
    .trim();
  return seen === "" ? undefined : [...seen].slice(0, MAX_CODE_POINTS).join("");
};
