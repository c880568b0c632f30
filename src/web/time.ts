import type { EpochSeconds } from "../core/clock.ts";
import { html, type SafeHtml } from "./html.ts";

/** A day, for people: "23 November 2026". In UTC, as a page without script knows no time zone. */
export const renderDay = (at: EpochSeconds): SafeHtml => renderTime(at, DAY);

/** A day with the minute: "23 November 2026 at 14:55 UTC". */
export const renderMinute = (at: EpochSeconds): SafeHtml => renderTime(at, MINUTE);

const renderTime = (at: EpochSeconds, format: Intl.DateTimeFormat): SafeHtml => {
  const date = new Date(at * 1000);
  return html`<time datetime="${date.toISOString()}">${format.format(date)}</time>`;
};

const DAY = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });

const MINUTE = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "long",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  timeZone: "UTC",
  timeZoneName: "short",
});
