import { html, type SafeHtml } from "./html.ts";

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

const SLOT = 10;
const BAR = 7;
/**
 * The height of the view box: the tallest bar reaches its top.
 *
 * @internal
 */
export const CHART_HEIGHT = 100;
/** What a bar is tall at least, so that one call beside thousands is seen. */
const LEAST = 3;

/**
 * The rectangles of the bars: what succeeded at the bottom, what failed on top of it.
 *
 * @internal
 */
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

/** A bar chart; `id` is of one word and no other on the page. The words around it are the page's. */
export const renderBars = (chart: {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly bars: readonly Bar[];
}): SafeHtml => {
  const { bars, description, id, title } = chart;
  const width = bars.length * SLOT;
  return html`<svg
    class="chart"
    role="img"
    viewBox="0 0 ${width} ${CHART_HEIGHT}"
    preserveAspectRatio="none"
    aria-labelledby="${id}-title ${id}-text"
  >
    <title id="${id}-title">${title}</title>
    <desc id="${id}-text">${description}</desc>
    <path class="grid" d="M0 0H${width}M0 ${CHART_HEIGHT / 2}H${width}" />
    ${layOutBars(bars, toTop(bars)).map(renderShape)}
    <path class="axis" d="M0 ${CHART_HEIGHT}H${width}" />
  </svg>`;
};

const renderShape = ({ x, y, width, height, isFailed }: BarShape): SafeHtml =>
  html`<rect
    class="${isFailed ? "failed" : "ok"}"
    x="${x}"
    y="${y}"
    width="${width}"
    height="${height}"
  />`;

/** A meter of what is left, from 0 to `limit`; the words beside it say the numbers. */
export const renderMeter = (left: number, limit: number): SafeHtml => {
  const width = limit <= 0 ? 0 : Math.round(Math.min(1, Math.max(0, left / limit)) * 1000) / 10;
  return html`<svg class="meter" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
    <rect class="${width < LOW ? "left low" : "left"}" width="${width}" height="4" />
  </svg>`;
};

/** Below this part of a hundred a meter warns. */
const LOW = 10;
