/**
 * The candidate that a mistyped name most likely means: equal but for case and separators, or at most
 * two edits away. Undefined when none is that close.
 */
export const findClosestName = (name: string, candidates: Iterable<string>): string | undefined => {
  let closest: { readonly name: string; readonly edits: number } | undefined;
  for (const candidate of candidates) {
    const edits = countEdits(fold(name), fold(candidate));
    if (edits <= 2 && (closest === undefined || edits < closest.edits)) {
      closest = { name: candidate, edits };
    }
  }
  return closest?.name;
};

const fold = (name: string): string => name.toUpperCase().replaceAll(/[_-]/gu, "");

/** Levenshtein distance, one row at a time. */
const countEdits = (from: string, to: string): number => {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (const [column, other] of [...to].entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1);
      const removed = (row[column + 1] ?? 0) + 1;
      const added = (next[column] ?? 0) + 1;
      next.push(Math.min(replaced, removed, added));
    }
    row = next;
  }
  return row[to.length] ?? 0;
};
