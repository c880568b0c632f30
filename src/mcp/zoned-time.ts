const UTC_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$/;

/** Whether a text is a full ISO 8601 time in UTC. */
export const isUtcTime = (text: string): boolean =>
  UTC_TIME.test(text) && !Number.isNaN(Date.parse(text));

const formats = new Map<string, Intl.DateTimeFormat | undefined>();

/**
 * A UTC time as the clocks of an IANA zone show it, with the offset: `2026-01-02T04:04:05+01:00`.
 * Fractions of a second go. A zone that nobody knows leaves the text as it is.
 */
export const toZonedTime = (utc: string, zone: string): string => {
  const format = formatOf(zone);
  if (format === undefined) return utc;
  const parts = new Map(
    format.formatToParts(new Date(utc)).map(({ type, value }) => [type, value]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes): string => parts.get(name) ?? "";
  const offset = part("timeZoneName").replace("GMT", "");
  return (
    `${part("year")}-${part("month")}-${part("day")}T` +
    `${part("hour")}:${part("minute")}:${part("second")}${offset === "" || offset === "+00:00" ? "Z" : offset}`
  );
};

const formatOf = (zone: string): Intl.DateTimeFormat | undefined => {
  if (!formats.has(zone)) {
    // Zones come from GoHighLevel's records; there are at most a few hundred real ones.
    if (formats.size > 1000) formats.clear();
    formats.set(zone, toFormat(zone));
  }
  return formats.get(zone);
};

const toFormat = (timeZone: string): Intl.DateTimeFormat | undefined => {
  try {
    return new Intl.DateTimeFormat("en-GB", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      timeZoneName: "longOffset",
    });
  } catch {
    return undefined;
  }
};
