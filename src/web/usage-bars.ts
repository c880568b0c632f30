/** One bar: calls in all, and those of them that failed. */
export interface Bar {
  readonly total: number;
  readonly failed: number;
}

/** A rectangle of a chart, in units of its view box; `y` grows downwards. */
export interface BarShape {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly isFailed: boolean;
}

/** How wide a bar and the room beside it are. */
export const SLOT = 10;
const BAR = 7;
/** The height of the view box: the tallest bar reaches its top. */
export const CHART_HEIGHT = 100;
/** What a bar is tall at least, so that one call beside thousands is seen. */
const LEAST = 3;

/** The rectangles of the bars: what succeeded at the bottom, what failed on top of it. */
export const layOutBars = (bars: readonly Bar[], top: number): readonly BarShape[] =>
  bars.flatMap(({ total, failed }, index) => {
    const x = index * SLOT + (SLOT - BAR) / 2;
    const failedHeight = toHeight(failed, top);
    // Both parts stay visible, and together within the chart.
    const okHeight = Math.min(toHeight(total - failed, top), CHART_HEIGHT - failedHeight);
    return [
      { x, y: CHART_HEIGHT - okHeight, width: BAR, height: okHeight, isFailed: false },
      {
        x,
        y: CHART_HEIGHT - okHeight - failedHeight,
        width: BAR,
        height: failedHeight,
        isFailed: true,
      },
    ].filter(({ height }) => height > 0);
  });

const toHeight = (count: number, top: number): number =>
  count <= 0 ? 0 : Math.max(LEAST, Math.round((count / top) * CHART_HEIGHT * 10) / 10);

/** Round numbers, close enough together that the tallest bar takes two thirds of the height. */
const STEPS = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];

/** The least round number that no bar is above. */
export const toTop = (bars: readonly Bar[]): number => {
  const most = bars.reduce((top, { total }) => Math.max(top, total), 1);
  const power = 10 ** Math.floor(Math.log10(most));
  return (
    STEPS.map((step) => step * power).find((top) => top >= most && Number.isInteger(top)) ?? most
  );
};
