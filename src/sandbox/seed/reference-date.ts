const DAY_MS = 86_400_000;

/** The day that sample data ends on. Fixed, so that the data is the same on every day it is used. */
export const REFERENCE_DATE = Date.UTC(2026, 10, 1);

/** An ISO date that lies `days` (fractions allowed) before an instant given in milliseconds. */
export const daysBefore = (atMs: number, days: number): string =>
  new Date(Math.round(atMs - days * DAY_MS)).toISOString();
