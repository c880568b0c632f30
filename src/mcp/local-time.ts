import { toZonedTime } from "./zoned-time.ts";

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})?$/;

/**
 * Milliseconds of a time as people write it: ISO 8601 with an offset, or without one for the clocks of
 * `zone`; a date alone is its midnight there. Undefined for what is no such time. Where the clocks are
 * turned back, the earlier of two times is meant; where they jump, the time after the jump. Pure.
 */
export const readLocalTime = (text: string, zone: string): number | undefined => {
  const date = DATE.exec(text);
  if (date !== null) return fromClocks(`${text}T00:00:00`, zone);
  const time = DATE_TIME.exec(text);
  if (time === null) return undefined;
  return time[1] === undefined ? fromClocks(text, zone) : toMs(text);
};

/** Milliseconds as the clocks of a zone show them, with the offset. Pure. */
export const writeLocalTime = (ms: number, zone: string): string =>
  toZonedTime(`${new Date(ms).toISOString().slice(0, 19)}Z`, zone);

const fromClocks = (text: string, zone: string): number | undefined => {
  const asUtc = toMs(`${text}Z`);
  if (asUtc === undefined) return undefined;
  const before = offsetAt(asUtc - DAY_MS / 2, zone);
  const after = offsetAt(asUtc + DAY_MS / 2, zone);
  const early = asUtc - before;
  if (offsetAt(early, zone) === before) return early;
  const late = asUtc - after;
  return offsetAt(late, zone) === after ? late : early;
};

const DAY_MS = 86_400_000;

/** How far the clocks of a zone are ahead of UTC, in milliseconds. */
const offsetAt = (ms: number, zone: string): number => {
  const local = writeLocalTime(ms, zone);
  const shown = toMs(`${local.slice(0, 19)}Z`) ?? ms;
  return shown - Math.floor(ms / 1000) * 1000;
};

const toMs = (text: string): number | undefined => {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
};
