import { openZoneClocks, type ZoneClocks } from "./zone-offsets.ts";

const UTC_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$/;
const SHORTEST = "2026-01-02T03:04:05Z".length;

/** Whether a text is a full ISO 8601 time in UTC. */
export const isUtcTime = (text: string): boolean => !Number.isNaN(readUtcTime(text));

/** The milliseconds of a full ISO 8601 time in UTC; NaN for any other text. */
const readUtcTime = (text: string): number =>
  // Nearly every text fails by its last letter, for less than the pattern costs.
  text.length >= SHORTEST && text.endsWith("Z") && UTC_TIME.test(text)
    ? Date.parse(text)
    : Number.NaN;

const clocks = new Map<string, ZoneClocks | undefined>();

/**
 * A UTC time as the clocks of an IANA zone show it, with the offset: `2026-01-02T04:04:05+01:00`.
 * Fractions of a second go. A zone that nobody knows leaves the text as it is, and so does a time of
 * before the zone had whole minutes.
 */
export const toZonedTime = (utc: string, zone: string): string =>
  toZoned(utc, Date.parse(utc), zone);

const toZoned = (utc: string, ms: number, zone: string): string => {
  const offset = clocksOf(zone)?.at(ms);
  return offset === undefined
    ? utc
    : `${new Date(ms + offset.offsetMs).toISOString().slice(0, SHORTEST - 1)}${offset.text}`;
};

/** A text as it is shown where the clocks are those of a zone: only a full UTC time becomes another. */
export const showTime = (text: string, zone: string): string => {
  const ms = readUtcTime(text);
  return Number.isNaN(ms) ? text : toZoned(text, ms, zone);
};

const clocksOf = (zone: string): ZoneClocks | undefined => {
  if (!clocks.has(zone)) {
    // Zones come from GoHighLevel's records; there are at most a few hundred real ones.
    if (clocks.size > 1000) clocks.clear();
    clocks.set(zone, openZoneClocks(zone));
  }
  return clocks.get(zone);
};
