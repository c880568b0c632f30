/**
 * The candidates that a mistyped name most likely means, best first. Compares without case and
 * separators, so that `search_contacts` finds `contacts.search-contacts-advanced`.
 */
export const closest = (
  name: string,
  candidates: readonly string[],
  limit: number,
): readonly string[] =>
  candidates
    .map((candidate) => ({ candidate, score: similarity(name, candidate) }))
    .filter(({ score }) => score >= MIN_SIMILARITY)
    .toSorted((left, right) => right.score - left.score)
    .slice(0, limit)
    .map(({ candidate }) => candidate);

const MIN_SIMILARITY = 0.4;

/** Longer names are cut: no real name is longer, and the comparison is quadratic. */
const MAX_LENGTH = 80;

// Dice's coefficient over pairs of neighbouring letters.
const similarity = (left: string, right: string): number => {
  const one = pairs(left);
  const other = pairs(right);
  if (one.size === 0 || other.size === 0) return 0;
  const shared = [...one].filter((pair) => other.has(pair)).length;
  return (2 * shared) / (one.size + other.size);
};

const pairs = (name: string): ReadonlySet<string> => {
  const letters = ` ${name
    .slice(0, MAX_LENGTH)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/gu, "")} `;
  const found = new Set<string>();
  for (let at = 0; at + 1 < letters.length; at += 1) found.add(letters.slice(at, at + 2));
  return found;
};
