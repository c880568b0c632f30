/** The middle value; of an even number, the mean of the two in the middle. NaN of none. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const upper = sorted[Math.floor(half)] ?? Number.NaN;
  return Number.isInteger(half) ? (upper + (sorted[half - 1] ?? Number.NaN)) / 2 : upper;
};

/** The value that this part of the sorted values does not exceed, nearest rank. NaN of none. */
export const percentile = (sorted: ArrayLike<number>, part: number): number =>
  sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN;

/**
 * How fast values grow by the first of each pair: the median of the slopes between all pairs (Theil and
 * Sen), which single outliers leave as it is. NaN of fewer than two points.
 */
export const findSlope = (points: readonly (readonly [at: number, value: number])[]): number =>
  median(
    points.flatMap(([at, value], index) =>
      points
        .slice(index + 1)
        .flatMap(([later, other]) => (later === at ? [] : [(other - value) / (later - at)])),
    ),
  );
