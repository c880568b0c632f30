import type { RateReport } from "./rate-answer.ts";

const DAY_MS = 86_400_000;

/** Reads what an answer says of its budget. Pure; header names are lower case. */
export const readRateHeaders = (
  status: number,
  headers: Readonly<Record<string, string>>,
  nowMs: number,
): RateReport => {
  const limit = toCount(headers["x-ratelimit-max"]);
  const intervalMs = toCount(headers["x-ratelimit-interval-milliseconds"]);
  const remaining = toCount(headers["x-ratelimit-remaining"]);
  const dailyLimit = toCount(headers["x-ratelimit-limit-daily"]);
  const dailyRemaining = toCount(headers["x-ratelimit-daily-remaining"]);
  const dailyResetInMs = toTimeUntil(headers["x-ratelimit-daily-reset"], nowMs);
  const retryAfterMs = readRetryAfter(headers["retry-after"], nowMs);
  const report: { -readonly [Name in keyof RateReport]: RateReport[Name] } = {
    refused: status === 429,
  };
  if (limit !== undefined && limit > 0) report.limit = limit;
  if (intervalMs !== undefined && intervalMs > 0) report.intervalMs = intervalMs;
  if (remaining !== undefined) report.remaining = remaining;
  if (dailyLimit !== undefined && dailyLimit > 0) report.dailyLimit = dailyLimit;
  if (dailyRemaining !== undefined) report.dailyRemaining = dailyRemaining;
  if (dailyResetInMs !== undefined) report.dailyResetInMs = dailyResetInMs;
  if (retryAfterMs !== undefined) report.retryAfterMs = retryAfterMs;
  return report;
};

/** The wait that Retry-After names, seconds or a date, at most a day (RFC 9110 §10.2.3). */
const readRetryAfter = (value: string | undefined, nowMs: number): number | undefined => {
  const seconds = toCount(value);
  if (seconds !== undefined) return Math.min(seconds * 1000, DAY_MS);
  const dateMs = value === undefined ? Number.NaN : Date.parse(value);
  return Number.isNaN(dateMs) ? undefined : Math.min(Math.max(0, dateMs - nowMs), DAY_MS);
};

// The unit is not documented; sizes tell a time of day apart from a duration.
const toTimeUntil = (value: string | undefined, nowMs: number): number | undefined => {
  const number = toCount(value);
  if (number === undefined) return undefined;
  if (number > 1e12) return Math.max(0, number - nowMs);
  if (number > 1e9) return Math.max(0, number * 1000 - nowMs);
  return number;
};

const toCount = (value: string | undefined): number | undefined =>
  value !== undefined && COUNT.test(value) ? Number(value) : undefined;

const COUNT = /^\s*\d{1,15}\s*$/u;
