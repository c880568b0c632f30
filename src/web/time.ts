import type { EpochSeconds } from "../core/clock.ts";
import { html, type SafeHtml } from "./html.ts";

/** A day, for people: "23 November 2026". In UTC, as a page without script knows no time zone. */
export const renderDay = (at: EpochSeconds): SafeHtml => renderTime(at, DAY);

/** A day with the minute: "23 November 2026 at 14:55 UTC". */
export const renderMinute = (at: EpochSeconds): SafeHtml => renderTime(at, MINUTE);

/** An hour of a day: "23 November, 14:00". In UTC, which the page says. */
export const renderHour = (at: EpochSeconds): SafeHtml => renderTime(at, HOUR);

/** A day without its year: "23 November". */
export const renderDayOfYear = (at: EpochSeconds): SafeHtml => renderTime(at, DAY_OF_YEAR);

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

const DAY_OF_YEAR = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "long",
  timeZone: "UTC",
});

const HOUR = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "long",
  hour: "2-digit",
  minute: "2-digit",
  timeZone: "UTC",
});
