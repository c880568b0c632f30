import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readLocalTime, writeLocalTime } from "../../../src/mcp/local-time.ts";

const ZONES = ["America/New_York", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"];

describe("times as people write them", () => {
  it.each([
    ["2026-05-31T14:00", "Europe/Berlin", "2026-05-31T12:00:00.000Z"],
    ["2026-05-31T14:00:30", "America/New_York", "2026-05-31T18:00:30.000Z"],
    ["2026-05-31T14:00+05:45", "Europe/Berlin", "2026-05-31T08:15:00.000Z"],
    ["2026-05-31T14:00Z", "Europe/Berlin", "2026-05-31T14:00:00.000Z"],
    ["2026-01-15", "America/New_York", "2026-01-15T05:00:00.000Z"],
    // the clocks jump from 2:00 to 3:00
    ["2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:30:00.000Z"],
    // the clocks are turned back from 3:00 to 2:00: the earlier of the two
    ["2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30:00.000Z"],
  ])("reads %s in %s", (text, zone, expected) => {
    const ms = readLocalTime(text, zone);
    expect(ms === undefined ? undefined : new Date(ms).toISOString()).toBe(expected);
  });

  it.each(["tomorrow", "", "31.05.2026", "2026-13-01", "2026-05-31 14:00", "2026-05-31T25:00"])(
    "gives nothing for %j",
    (text) => {
      expect(readLocalTime(text, "Europe/Berlin")).toBeUndefined();
    },
  );

  it("reads back what it writes, in every zone", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1_600_000_000, max: 2_000_000_000 }),
        fc.constantFrom(...ZONES),
        (seconds, zone) => {
          expect(readLocalTime(writeLocalTime(seconds * 1000, zone), zone)).toBe(seconds * 1000);
        },
      ),
    );
  });

  it("reads the clocks without their offset to a time that shows the same clocks", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1_600_000_000, max: 2_000_000_000 }),
        fc.constantFrom(...ZONES),
        (seconds, zone) => {
          const clocks = writeLocalTime(seconds * 1000, zone).slice(0, 19);
          const ms = readLocalTime(clocks, zone) ?? 0;
          expect(writeLocalTime(ms, zone).slice(0, 19)).toBe(clocks);
        },
      ),
    );
  });
});
