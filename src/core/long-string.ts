import { BACKSLASH, findStringEnd } from "./json-signs.ts";

/** A string, and where the text goes on after it. */
interface ParsedString {
  readonly value: string;
  readonly end: number;
}

const SHORT_ESCAPE = 2;
/** `\u` and four digits. */
const LONG_ESCAPE = 6;

/**
 * The steps of parsing a long JSON string, such as a file in base64: pieces of it are parsed by `JSON.parse`
 * as strings of their own, cut so that no escape is divided. The last step gives the value. Throws
 * `SyntaxError` as `JSON.parse` does.
 */
export function* parseLongString(
  text: string,
  start: number,
  stepSize: number,
): Generator<void, ParsedString> {
  const end = findStringEnd(text, start);
  if (end < 0) throw new SyntaxError("a string does not end");
  let value = "";
  for (let from = start + 1; from < end;) {
    const to = findCut(text, { from, end, wanted: from + stepSize });
    value += JSON.parse(`"${text.slice(from, to)}"`) as string;
    from = to;
    yield;
  }
  return { value, end: end + 1 };
}

/** Where a piece may end, at about the wanted place: before an escape that goes on beyond it. */
const findCut = (
  text: string,
  { from, end, wanted }: { readonly from: number; readonly end: number; readonly wanted: number },
): number => {
  if (wanted >= end) return end;
  // Only what begins this close can reach beyond; the slice keeps the search from going back further.
  const near = Math.max(from, wanted - LONG_ESCAPE + 1);
  const last = near + text.slice(near, wanted).lastIndexOf("\\");
  if (last < near || !isEscape(text, last, from)) return wanted;
  const after = last + (text.charAt(last + 1) === "u" ? LONG_ESCAPE : SHORT_ESCAPE);
  if (after <= wanted) return wanted;
  return last > from ? last : Math.min(after, end);
};

/** Whether the backslash begins an escape: one that another backslash escapes does not. */
const isEscape = (text: string, at: number, from: number): boolean => {
  let before = at;
  while (before > from && text.charCodeAt(before - 1) === BACKSLASH) before -= 1;
  return (at - before) % 2 === 0;
};
