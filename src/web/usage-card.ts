import { type EpochSeconds, toEpochSeconds } from "../core/clock.ts";
import {
  addUsage,
  countCalls,
  countFailures,
  NO_USAGE,
  USAGE_FAILURES,
  type UsageBudget,
  type UsageCounts,
  type UsageFailure,
} from "../core/usage.ts";
import { renderFact } from "./fragments.ts";
import { html, type SafeHtml } from "./html.ts";
import { renderDayOfYear, renderHour, renderMinute } from "./time.ts";
import { toTop } from "./usage-bars.ts";
import { renderBars, renderMeter } from "./usage-chart.ts";

/** By the hour over a day, or by the day over a month. */
export type UsageSpan = "day" | "month";

/** The calls of one hour or one day. */
export interface UsageSlot {
  readonly start: EpochSeconds;
  readonly counts: UsageCounts;
}

/** One account or location. */
export interface UsageCard {
  readonly name: string;
  /** The account that a location belongs to, where its name is another. */
  readonly account?: string;
  /** In order, without gaps. */
  readonly slots: readonly UsageSlot[];
  /** `none`: it has no budget of its own. Undefined: nothing was seen yet. */
  readonly budget: UsageBudget | "none" | undefined;
}

interface Place {
  readonly span: UsageSpan;
  readonly id: string;
}

/** A chart of the calls, the same as a table, and what is left of the budget. */
export const renderUsageCard = (card: UsageCard, place: Place): SafeHtml => {
  const sum = card.slots.reduce((all, { counts }) => addUsage(all, counts), NO_USAGE);
  return html`<li>
    <h2><bdi>${card.name}</bdi></h2>
    ${card.account === undefined ? undefined : html`<p class="since">in <bdi>${card.account}</bdi></p>`}
    ${countCalls(sum) === 0 ? renderNothing(place) : renderCalls(card, place, sum)}
    <dl class="facts">
      ${countCalls(sum) === 0 ? undefined : renderFact("Calls", renderClasses(sum))}
      ${countFailures(sum) === 0 ? undefined : renderFact("Not done", html`${describeFailures(sum)}`)}
      ${renderBudget(card.budget)}
    </dl>
  </li>`;
};

const renderNothing = ({ span }: Place): SafeHtml =>
  html`<p>No calls in the last ${span === "day" ? "24 hours" : "30 days"}.</p>`;

const renderCalls = (card: UsageCard, { id, span }: Place, sum: UsageCounts): SafeHtml => {
  const bars = card.slots.map(({ counts }) => ({
    total: countCalls(counts),
    failed: countFailures(counts),
  }));
  const most = bars.reduce((top, { total }) => Math.max(top, total), 0);
  const unit = span === "day" ? "hour" : "day";
  const failures = countFailures(sum);
  return html`<figure class="calls">
      <p class="scale"><span>${toTop(bars).toLocaleString("en-GB")} calls</span></p>
      ${renderBars({
        id,
        title: `Calls per ${unit}: ${card.name}`,
        description: `${toWords(countCalls(sum), "call")}, ${failures} of them not done; at most ${most} in one ${unit}. The table below has the numbers.`,
        bars,
      })}
      <figcaption class="scale">
        <span>${renderStart(card.slots[0]?.start, span)}</span>
        ${failures === 0 ? undefined : html`<span class="key">outlined: not done</span>`}
        <span>${renderStart(card.slots.at(-1)?.start, span)}</span>
      </figcaption>
    </figure>
    ${renderTable(card, span)}`;
};

const renderTable = ({ name, slots }: UsageCard, span: UsageSpan): SafeHtml =>
  html`<details>
    <summary>Numbers<span class="unseen"> of ${name}</span></summary>
    <table>
      <thead>
        <tr>
          <th scope="col">${span === "day" ? "Hour" : "Day"}</th>
          <th scope="col">Calls</th>
          <th scope="col">Not done</th>
        </tr>
      </thead>
      <tbody>
        ${slots.filter(({ counts }) => countCalls(counts) > 0).map((slot) => renderRow(slot, span))}
      </tbody>
    </table>
    <p class="hint">${span === "day" ? "Hours" : "Days"} without calls are left out.</p>
  </details>`;

const renderRow = ({ counts, start }: UsageSlot, span: UsageSpan): SafeHtml =>
  html`<tr>
    <th scope="row">${renderStart(start, span)}</th>
    <td>${countCalls(counts)}</td>
    <td>${countFailures(counts) === 0 ? "0" : describeFailures(counts)}</td>
  </tr>`;

const renderStart = (start: EpochSeconds | undefined, span: UsageSpan): SafeHtml | undefined => {
  if (start === undefined) return undefined;
  return span === "day" ? renderHour(start) : renderDayOfYear(start);
};

const renderClasses = (counts: UsageCounts): SafeHtml =>
  html`${countCalls(counts)}<span
      >${counts.read} reading, ${counts.write} writing, ${counts.critical} critical</span
    >`;

const FAILURES = {
  rate_limited: "refused as too many",
  held_back: "held back here, as nothing was left",
  refused: "refused",
  failed: "failed at GoHighLevel or on the way",
  cancelled: "cancelled",
} as const satisfies Readonly<Record<UsageFailure, string>>;

const describeFailures = (counts: UsageCounts): string =>
  USAGE_FAILURES.filter((kind) => counts[kind] > 0)
    .map((kind) => `${counts[kind]} ${FAILURES[kind]}`)
    .join(", ");

const renderBudget = (budget: UsageCard["budget"]): SafeHtml | undefined => {
  if (budget === "none") return undefined;
  if (budget?.toldAtMs === undefined) {
    return renderFact(
      "Rate limit",
      html`nothing seen yet: GoHighLevel tells it with the answer to a call`,
    );
  }
  const { dailyLimit, dailyRemaining, intervalMs, limit, remaining, toldAtMs } = budget;
  return html`${renderFact("Left today", renderLeft(dailyRemaining, dailyLimit))}
  ${renderFact(`Left of ${intervalMs / 1000} s`, renderLeft(remaining, limit))}
  ${renderFact("As told on", renderMinute(toEpochSeconds(toldAtMs / 1000)))}`;
};

const renderLeft = (left: number, limit: number): SafeHtml =>
  html`${left.toLocaleString("en-GB")} of ${limit.toLocaleString("en-GB")}
  ${renderMeter(left, limit)}`;

const toWords = (count: number, noun: string): string =>
  `${count.toLocaleString("en-GB")} ${noun}${count === 1 ? "" : "s"}`;
