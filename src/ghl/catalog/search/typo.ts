/**
 * The known word that a mistyped one most likely is: one slip away, or two in a long word. Names must
 * not become words, so the first letter has to agree, and a short word may only have swapped letters.
 */
export const correctTypo = (word: string, known: Iterable<string>): string | undefined => {
  if (word.length < MIN_LENGTH) return undefined;
  const allowed = word.length >= LONG ? 2 : 1;
  let best: string | undefined;
  let bestDistance = allowed + 1;
  for (const candidate of known) {
    if (candidate[0] !== word[0]) continue;
    if (
      candidate.length >= MIN_LENGTH + 1 &&
      word.length >= MIN_LENGTH + 1 &&
      candidate.startsWith(word)
    ) {
      return candidate;
    }
    if (Math.abs(candidate.length - word.length) > allowed) continue;
    if (word.length === MIN_LENGTH && !sameLetters(word, candidate)) continue;
    const distance = countSlips(word, candidate, bestDistance - 1);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
};

const MIN_LENGTH = 4;
const LONG = 8;

const sameLetters = (left: string, right: string): boolean =>
  [...left].toSorted().join("") === [...right].toSorted().join("");

/** Slips between two words (letter added, left out, wrong, or swapped with the next), at most `limit` + 1. */
const countSlips = (left: string, right: string, limit: number): number => {
  let before: number[] = [];
  let row = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (let at = 1; at <= left.length; at += 1) {
    const next = [at];
    for (let to = 1; to <= right.length; to += 1) {
      const same = left[at - 1] === right[to - 1];
      let slips = Math.min(
        (row[to] ?? 0) + 1,
        (next[to - 1] ?? 0) + 1,
        (row[to - 1] ?? 0) + (same ? 0 : 1),
      );
      if (to > 1 && left[at - 1] === right[to - 2] && left[at - 2] === right[to - 1]) {
        slips = Math.min(slips, (before[to - 2] ?? 0) + 1);
      }
      next.push(slips);
    }
    if (Math.min(...next) > limit) return limit + 1;
    before = row;
    row = next;
  }
  return row[right.length] ?? limit + 1;
};
