/**
 * Characters that nobody sees and that only serve to hide or reorder text: controls, overrides of
 * direction, zero-width ones, and the tag block, with which instructions are smuggled past readers.
 * Line breaks and tabs stay, and the joiner of composed emoji.
 */
const INVISIBLE =
  // oxlint-disable-next-line no-control-regex -- removing control characters is the purpose
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** A text without what nobody can see. What stays is as it was written. */
export const cleanText = (text: string): string =>
  // Nearly every text is plain, and to see that costs less than to look for each of them.
  UNPLAIN.test(text) ? text.replace(INVISIBLE, "") : text;

const UNPLAIN = /[^\t\n\r\u0020-\u007e]/;
