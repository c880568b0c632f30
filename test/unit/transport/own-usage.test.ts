import { describe, expect, it } from "vitest";
import { toEpochSeconds } from "../../../src/core/clock.ts";
import { toConnectionId, toLocationId } from "../../../src/core/ids.ts";
import { countCalls, NO_USAGE, type UsageRow } from "../../../src/core/usage.ts";
import { isWithinReach, readUsageReach } from "../../../src/transport/own-usage.ts";
import { toUsageSlots } from "../../../src/transport/usage-slots.ts";

const [mine, shared, foreign] = ["mine", "shared", "foreign"].map(toConnectionId);
const [one, two] = ["one", "two"].map(toLocationId);
if (!mine || !shared || !foreign || !one || !two) throw new Error("ids");

describe("whose usage is shown", () => {
  it("is all of what a person signed in to, whatever their grants are limited to", () => {
    const reach = readUsageReach([mine], [{ connectionId: mine, locations: [one] }]);
    expect([...reach]).toEqual([[mine, "all"]]);
  });

  it("is only the locations of the own grants elsewhere, and nothing of other connections", () => {
    const reach = readUsageReach(
      [],
      [
        { connectionId: shared, locations: [one] },
        { connectionId: shared, locations: [two] },
      ],
    );
    expect(reach.get(shared)).toEqual(new Set([one, two]));
    expect(reach.has(foreign)).toBe(false);
  });

  it("leaves out the calls of an agency as a whole where only locations are reached", () => {
    expect(isWithinReach({}, new Set([one]))).toBe(false);
    expect(isWithinReach({ locationId: two }, new Set([one]))).toBe(false);
    expect(isWithinReach({ locationId: one }, new Set([one]))).toBe(true);
    expect(isWithinReach({}, "all")).toBe(true);
  });
});

const now = toEpochSeconds(Date.UTC(2026, 0, 31, 12, 34) / 1000);
const rowAt = (...at: [month: number, day: number, hour: number]): UsageRow => ({
  connectionId: mine,
  hour: toEpochSeconds(Date.UTC(2026, ...at) / 1000),
  counts: { ...NO_USAGE, read: 1 },
});

describe("the slots of a chart", () => {
  it("are the 24 hours that end with this one, and what is older or newer is left out", () => {
    const rows = [rowAt(0, 30, 12), rowAt(0, 30, 13), rowAt(0, 31, 12), rowAt(0, 31, 13)];
    const slots = toUsageSlots([...rows, rowAt(0, 31, 12)], "day", now);
    expect(slots).toHaveLength(24);
    expect(slots[0]?.start).toBe(Date.UTC(2026, 0, 30, 13) / 1000);
    expect(slots.map(({ counts }) => countCalls(counts)).filter((calls) => calls > 0)).toEqual([
      1, 2,
    ]);
    expect(slots.at(-1)?.counts.read).toBe(2);
  });

  it("are the 30 days that end with this one", () => {
    const rows = [rowAt(0, 1, 23), rowAt(0, 2, 0), rowAt(0, 31, 0), rowAt(0, 31, 23)];
    const slots = toUsageSlots(rows, "month", now);
    expect(slots).toHaveLength(30);
    expect(slots.map(({ counts }) => counts.read).filter((reads) => reads > 0)).toEqual([1, 2]);
  });
});
