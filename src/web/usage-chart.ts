import { html, type SafeHtml } from "./html.ts";
import { type Bar, type BarShape, CHART_HEIGHT, layOutBars, SLOT, toTop } from "./usage-bars.ts";

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
