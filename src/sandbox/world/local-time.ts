/** Whether an ISO date or date-time names no offset. */
const isLocal = (text: string): boolean =>
  !/(Z|[+-]\d{2}:?\d{2})$/i.test(text) || !text.includes("T");

/**
 * Reads a point in time from a filter: milliseconds, an ISO date-time with an offset, or an ISO date
 * or date-time without one, which is in the location's time zone. NaN for anything else.
 */
export const toInstant = (value: unknown, timezone: string): number => {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return Number.NaN;
  if (/^\d{12,}$/.test(value)) return Number(value);
  if (!/^\d{4}-\d{2}-\d{2}/.test(value)) return Number.NaN;
  if (!isLocal(value)) return Date.parse(value);
  const asUtc = Date.parse(value.includes("T") ? `${value}Z` : `${value}T00:00:00Z`);
  // The second pass is right where the first one crosses a change of the clocks.
  const guess = asUtc - offsetMs(asUtc, timezone);
  return asUtc - offsetMs(guess, timezone);
};

const FORMATS = new Map<string, Intl.DateTimeFormat>();

/** Making a format takes longer than using it a hundred times. */
const toFormat = (timezone: string): Intl.DateTimeFormat => {
  const known = FORMATS.get(timezone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: timezone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  FORMATS.set(timezone, format);
  return format;
};

/** How far a time zone's clocks are ahead of UTC at an instant, in milliseconds. */
const offsetMs = (atMs: number, timezone: string): number => {
  if (Number.isNaN(atMs)) return 0;
  const parts = toFormat(timezone).formatToParts(atMs);
  const part = (type: Intl.DateTimeFormatPartTypes): number =>
    Number(parts.find((item) => item.type === type)?.value);
  const local = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  );
  return local - Math.floor(atMs / 1000) * 1000;
};

/** An instant as its time zone writes it: `2026-11-02T09:00:00-08:00`. */
export const toLocalIso = (atMs: number, timezone: string): string => {
  const offset = offsetMs(atMs, timezone);
  const sign = offset < 0 ? "-" : "+";
  const minutes = Math.abs(offset) / 60_000;
  const two = (value: number): string => String(value).padStart(2, "0");
  const local = new Date(atMs + offset).toISOString().slice(0, 19);
  return `${local}${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
};

/** Whether a name is one of a time zone that this machine knows. */
export const isTimezone = (name: string): boolean => {
  try {
    return toFormat(name) !== undefined;
  } catch {
    return false;
  }
};
