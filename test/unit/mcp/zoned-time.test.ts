import { describe, expect, it } from "vitest";
import { isUtcTime, toZonedTime } from "../../../src/mcp/zoned-time.ts";

/** What `Intl` itself says, the long way. */
const openIntl = (timeZone: string): ((ms: number) => string) => {
  const format = new Intl.DateTimeFormat("en-GB", {
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
  return (ms) => {
    const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, value]));
    const part = (name: Intl.DateTimeFormatPartTypes): string => parts.get(name) ?? "";
    const offset = part("timeZoneName").replace("GMT", "");
    return (
      `${part("year")}-${part("month")}-${part("day")}T${part("hour")}:${part("minute")}:` +
      `${part("second")}${offset === "" || offset === "+00:00" ? "Z" : offset}`
    );
  };
};

const toUtc = (ms: number): string => new Date(ms).toISOString();

describe("a time in a zone", () => {
  it.each([
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "Asia/Pyongyang",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Chatham",
    "UTC",
  ])("is what Intl says in %s, all through the years", (zone) => {
    const byIntl = openIntl(zone);
    const wrong: string[] = [];
    // a step that meets every hour and weekday, from before 1980 on
    for (let ms = Date.UTC(1979, 5, 1); ms < Date.UTC(2040, 0, 1); ms += 61 * 3_600_000 + 1_000) {
      const zoned = toZonedTime(toUtc(ms), zone);
      if (zoned !== byIntl(ms)) wrong.push(`${toUtc(ms)} ${zoned}`);
      if (ms > Date.UTC(2000, 0, 1) && ms < Date.UTC(2020, 0, 1)) ms += 400 * 3_600_000;
    }
    expect(wrong).toEqual([]);
  });

  it.each([
    ["2026-03-29T00:59:59Z", "2026-03-29T01:59:59+01:00"],
    ["2026-03-29T01:00:00Z", "2026-03-29T03:00:00+02:00"],
    ["2026-10-25T00:59:59.999Z", "2026-10-25T02:59:59+02:00"],
    ["2026-10-25T01:00:00Z", "2026-10-25T02:00:00+01:00"],
    ["2026-12-31T23:30:00Z", "2027-01-01T00:30:00+01:00"],
  ])("changes to the second: %s is %s in Berlin", (utc, local) => {
    expect(toZonedTime(utc, "Europe/Berlin")).toBe(local);
  });

  it("stays as it is in a zone that nobody knows, and where clocks went by the sun", () => {
    expect(toZonedTime("2026-01-02T03:04:05Z", "Mars/Olympus")).toBe("2026-01-02T03:04:05Z");
    expect(toZonedTime("1850-01-02T03:04:05Z", "Europe/Berlin")).toBe("1850-01-02T03:04:05Z");
  });
});

it.each([
  ["2026-01-02T03:04:05Z", true],
  ["2026-01-02T03:04:05.678Z", true],
  ["2026-13-02T03:04:05Z", false],
  ["2026-01-02T03:04:05+01:00", false],
  ["2026-01-02", false],
  ["A name that ends with a Z", false],
])("tells whether %s is a time in UTC: %s", (text, isOne) => {
  expect(isUtcTime(text)).toBe(isOne);
});
