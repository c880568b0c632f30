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

/** How far a time zone's clocks are ahead of UTC at an instant. */
const offsetMs = (atMs: number, timezone: string): number => {
  if (Number.isNaN(atMs)) return 0;
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: timezone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(atMs);
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
