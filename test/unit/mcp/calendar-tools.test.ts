import { describe, expect, it } from "vitest";
import { fail, ok } from "../../../src/core/result.ts";
import type { GhlCall } from "../../../src/ghl/call.ts";
import { createFakeClock } from "../../support/clock.ts";
import { type Answer, createHarness, toPinned } from "./fixtures.ts";

// The harness runs on this clock, whose time stands still.
const NOW = createFakeClock().nowMs();
const DAY = 86_400_000;
const isoAt = (ms: number): string => new Date(ms).toISOString().slice(0, 19);

const CALENDARS = ok({
  calendars: [
    { id: "c1", name: "Check-up", slotDuration: 30, slotDurationUnit: "mins" },
    { id: "c2", name: "Cleaning", slotDuration: 1, slotDurationUnit: "hours" },
    { id: "c3", name: "Cleaning" },
  ],
});
const ANSWERS: Readonly<Record<string, Answer>> = {
  "calendars.get-calendars": CALENDARS,
  "calendars.get-slots": async ({ parameters }: GhlCall) =>
    ok(
      parameters?.["calendarId"] === "c1"
        ? {
            later: { slots: [`${isoAt(NOW + 2 * DAY)}Z`] },
            earlier: { slots: [`${isoAt(NOW + DAY)}Z`, `${isoAt(NOW - DAY)}Z`] },
            traceId: "t",
          }
        : { traceId: "t" },
    ),
  "calendars.create-appointment": ok({ id: "a1", title: "Visit", appoinmentStatus: "confirmed" }),
};

describe("find_free_slots", () => {
  it("gives the coming slots of several calendars in order, in the location's time", async () => {
    const { call, calls } = createHarness(ANSWERS);
    const { data } = await call(toPinned(), "find_free_slots", { calendars: ["check-up", "c2"] });
    expect(data["timezone"]).toBe("Europe/Berlin");
    expect(data["calendars"]).toEqual([
      {
        calendar_id: "c1",
        calendar: "Check-up",
        slot_minutes: 30,
        slots: [expect.stringMatching(/\+0[12]:00$/u), expect.stringMatching(/\+0[12]:00$/u)],
      },
      {
        calendar_id: "c2",
        calendar: "Cleaning",
        slot_minutes: 60,
        note: "no free time in this range",
      },
    ]);
    const [slots] = (data["calendars"] as { slots: string[] }[]).map(({ slots: times }) => times);
    expect(slots?.map((time) => Date.parse(time))).toEqual([
      Math.floor((NOW + DAY) / 1000) * 1000,
      Math.floor((NOW + 2 * DAY) / 1000) * 1000,
    ]);
    expect(calls.filter(({ operation }) => operation === "calendars.get-slots")).toHaveLength(2);
  });

  it("counts the slots beyond the limit", async () => {
    const { call } = createHarness(ANSWERS);
    const { data } = await call(toPinned(), "find_free_slots", { calendars: ["c1"], limit: 1 });
    expect(data["calendars"]).toMatchObject([{ slots: [expect.any(String)], more_slots: 1 }]);
  });

  it.each([
    [{ calendars: ["Massage"] }, '"calendars" must name one of "Check-up", "Cleaning"'],
    [{ calendars: ["cleaning"] }, '"Cleaning (c2)", "Cleaning (c3)"'],
    [{ calendars: ["c1"], from: "tomorrow" }, '"from" must be a date'],
    [{ calendars: ["c1"], from: isoAt(NOW + DAY), to: isoAt(NOW) }, 'must be later than "from"'],
    [{ calendars: ["c1"], to: isoAt(NOW + 40 * DAY) }, "at most 31 days"],
    [{ calendars: ["c1"], from: isoAt(NOW - 5 * DAY), to: isoAt(NOW - DAY) }, "must not be past"],
  ])("refuses %j and asks for no slots", async (args, text) => {
    const { call, calls } = createHarness(ANSWERS);
    const result = await call(toPinned(), "find_free_slots", args);
    expect(result).toMatchObject({ isError: true, text: expect.stringContaining(text) });
    expect(calls.map(({ operation }) => operation)).not.toContain("calendars.get-slots");
  });
});

describe("book_appointment", () => {
  const book = async (args: Record<string, unknown>, answers = ANSWERS) => {
    const harness = createHarness(answers);
    const result = await harness.call(toPinned(), "book_appointment", {
      calendar: "check-up",
      contact_id: "contact-1",
      ...args,
    });
    const sent = harness.calls.find(
      ({ operation }) => operation === "calendars.create-appointment",
    );
    return { result, body: sent?.body as Record<string, unknown> | undefined };
  };

  it("books one slot from a time of the location's clocks", async () => {
    const { result, body } = await book({ start: "2099-05-31T14:00", title: "Visit" });
    expect(body).toEqual({
      calendarId: "c1",
      contactId: "contact-1",
      startTime: "2099-05-31T14:00:00+02:00",
      endTime: "2099-05-31T14:30:00+02:00",
      title: "Visit",
      toNotify: true,
    });
    expect(result.data["appointment"]).toMatchObject({
      id: "a1",
      calendar: "Check-up",
      start: "2099-05-31T14:00:00+02:00",
      status: "confirmed",
    });
  });

  it("leaves the end to GoHighLevel where the calendar names no length", async () => {
    const { body } = await book({ calendar: "c3", start: "2099-05-31T14:00Z" });
    expect(body).not.toHaveProperty("endTime");
  });

  it("books over others only when told to, and tells the contact unless told not to", async () => {
    const { body } = await book({
      start: "2099-05-31T14:00",
      end: "2099-05-31T15:30",
      notify: false,
      ignore_availability: true,
    });
    expect(body).toMatchObject({
      endTime: "2099-05-31T15:30:00+02:00",
      toNotify: false,
      ignoreFreeSlotValidation: true,
    });
  });

  it("passes on that the slot is taken", async () => {
    const { result } = await book(
      { start: "2099-05-31T14:00" },
      {
        ...ANSWERS,
        "calendars.create-appointment": fail({
          kind: "bad_request",
          status: 400,
          messages: ["The slot you have selected is no longer available."],
        } as never),
      },
    );
    expect(result).toMatchObject({ isError: true, text: expect.stringContaining("no longer") });
  });

  it.each([
    [{ start: "2099-05-31" }, '"start" must be a time'],
    [{ start: "2001-05-31T14:00" }, '"start" must not be past'],
    [{ start: "2099-05-31T14:00", end: "2099-05-31T13:00" }, 'must be later than "start"'],
    [{ calendar: "Massage", start: "2099-05-31T14:00" }, '"calendar" must name one of'],
  ])("refuses %j and books nothing", async (args, text) => {
    const { result, body } = await book(args);
    expect(result).toMatchObject({ isError: true, text: expect.stringContaining(text) });
    expect(body).toBeUndefined();
  });
});
