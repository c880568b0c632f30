/**
 * Shortens a text to `maxCharacters`, with an ellipsis, and puts it on one line without control
 * characters, so that a quoted value can neither flood a message nor break out of it.
 */
export function clip(value: string, maxCharacters: number): string {
  // oxlint-disable-next-line no-control-regex -- removing control characters is the purpose
  const oneLine = value.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ").trim();
  // No text has more characters than code units.
  if (oneLine.length <= maxCharacters) return oneLine;
  const characters = Array.from(oneLine);
  return characters.length <= maxCharacters
    ? oneLine
    : `${characters.slice(0, maxCharacters - 1).join("")}…`;
}
