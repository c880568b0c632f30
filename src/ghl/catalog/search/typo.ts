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
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (let at = 1; at <= left.length; at += 1) {
    const next = [at];
    for (let to = 1; to <= right.length; to += 1) {
      const wrong = left[at - 1] === right[to - 1] ? 0 : 1;
      const swapped = to > 1 && left[at - 1] === right[to - 2] && left[at - 2] === right[to - 1];
      next.push(
        Math.min(
          cell(row, to) + 1,
          cell(next, to - 1) + 1,
          cell(row, to - 1) + wrong,
          swapped ? cell(before, to - 2) + 1 : Infinity,
        ),
      );
    }
    if (Math.min(...next) > limit) return limit + 1;
    before = row;
    row = next;
  }
  return cell(row, right.length);
};

const cell = (row: readonly number[], at: number): number => row[at] ?? Infinity;
