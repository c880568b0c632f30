import { expect, it } from "vitest";
import { CHART_HEIGHT, layOutBars, toTop } from "../../../src/web/usage-bars.ts";

it.each([
  [[], 1],
  [[0], 1],
  [[1], 1],
  [[2], 2],
  [[3], 3],
  [[7], 8],
  [[10], 10],
  [[11], 15],
  [[21], 30],
  [[99, 501], 600],
  [[801], 1000],
] as const)("ends a scale for %j at %i", (totals, top) => {
  expect(toTop(totals.map((total) => ({ total, failed: 0 })))).toBe(top);
});

it("stands what failed on what succeeded, and leaves out what is nothing", () => {
  const shapes = layOutBars(
    [
      { total: 0, failed: 0 },
      { total: 10, failed: 4 },
      { total: 5, failed: 5 },
    ],
    10,
  );
  expect(shapes.map(({ x, y, height, isFailed }) => [x, y, height, isFailed])).toEqual([
    [11.5, 40, 60, false],
    [11.5, 0, 40, true],
    [21.5, 50, 50, true],
  ]);
});

it("keeps one call among thousands visible, and all within the chart", () => {
  const shapes = layOutBars(
    [
      { total: 10_000, failed: 1 },
      { total: 1, failed: 0 },
    ],
    10_000,
  );
  expect(shapes.map(({ height }) => height)).toEqual([97, 3, 3]);
  for (const { y, height } of shapes) {
    expect(y).toBeGreaterThanOrEqual(0);
    expect(y + height).toBeLessThanOrEqual(CHART_HEIGHT);
  }
});
