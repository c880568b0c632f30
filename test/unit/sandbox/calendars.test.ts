import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seedWorld } from "../../../src/sandbox/seed/seed-world.ts";
import {
  at,
  idAt,
  idsAt,
  type OpenSandbox,
  openSandbox,
  REFERENCE_SECONDS,
  rowsAt,
  V3,
} from "./open-sandbox.ts";
import { signIn } from "./sign-in.ts";

const world = seedWorld(1);
const DAY_MS = 86_400_000;
const START_MS = REFERENCE_SECONDS * 1000;

let open: OpenSandbox;
let contactId = "";
let team: string[] = [];

beforeAll(async () => {
  open = await openSandbox();
  const [contact] = [...world.contacts.values()].filter(
    ({ locationId }) => locationId === open.here,
  );
  contactId = contact?.id ?? "";
  team = world.users
    .filter((user) => user.type === "account" && user.locationIds.includes(open.here))
    .map(({ id }) => id);
});
afterAll(() => open.sandbox.close());

/** Mornings of one day of the week: 9 to 11 in Los Angeles. */
const hours = (day: number, from = 9, to = 11) => [
  {
    daysOfTheWeek: [day],
    hours: [{ openHour: from, openMinute: 0, closeHour: to, closeMinute: 0 }],
  },
];

let made = 0;
/** A calendar without a team unless one is given, so that tests do not stand in each other's way. */
const createCalendar = async (fields: Readonly<Record<string, unknown>> = {}): Promise<string> => {
  made += 1;
  const answer = await open.ask("POST /calendars/", {
    locationId: open.here,
    name: `Calendar ${made}`,
    slotDuration: 30,
    openHours: hours(1),
    ...fields,
  });
  expect(answer.status).toBe(200);
  return idAt(answer, "calendar");
};

const slotsOf = async (
  calendarId: string,
  { from = START_MS, days = 7, query = "" } = {},
): Promise<Readonly<Record<string, string[]>>> => {
  const range = `startDate=${from}&endDate=${from + days * DAY_MS}`;
  const { status, body } = await open.ask(
    `GET /calendars/${calendarId}/free-slots?${range}${query}`,
  );
  expect(status).toBe(200);
  const { traceId, ...dates } = body as unknown as Record<string, { slots: string[] }>;
  expect(traceId).toEqual(expect.any(String));
  return Object.fromEntries(Object.entries(dates).map(([date, { slots }]) => [date, slots]));
};

const book = (calendarId: string, fields: Readonly<Record<string, unknown>> = {}) =>
  open.ask("POST /calendars/events/appointments", {
    calendarId,
    locationId: open.here,
    contactId,
    startTime: "2026-11-02T09:00:00-08:00",
    ...fields,
  });

describe("free slots", () => {
  it("follow opening hours, length and interval, on the clocks of the location", async () => {
    const calendar = await createCalendar({ slotInterval: 45 });
    expect(await slotsOf(calendar)).toEqual({
      "2026-11-02": [
        "2026-11-02T09:00:00-08:00",
        "2026-11-02T09:45:00-08:00",
        "2026-11-02T10:30:00-08:00",
      ],
    });
    expect(await slotsOf(calendar, { days: 14 })).toHaveProperty("2026-11-09");
  });

  it("are written on the clocks of the zone that is asked for, under its dates", async () => {
    const calendar = await createCalendar({ slotDuration: 60 });
    expect(await slotsOf(calendar, { query: "&timezone=Asia/Tokyo" })).toEqual({
      "2026-11-03": ["2026-11-03T02:00:00+09:00", "2026-11-03T03:00:00+09:00"],
    });
    const path = `GET /calendars/${calendar}/free-slots?startDate=${START_MS}&endDate=${START_MS + 1}`;
    expect((await open.ask(`${path}&timezone=Mars/Olympus`)).status).toBe(422);
  });

  it("count the hour that comes twice when the clocks go back", async () => {
    const calendar = await createCalendar({ slotDuration: 60, openHours: hours(0, 0, 3) });
    expect((await slotsOf(calendar, { days: 2 }))["2026-11-01"]).toEqual([
      "2026-11-01T00:00:00-07:00",
      "2026-11-01T01:00:00-07:00",
      "2026-11-01T01:00:00-08:00",
      "2026-11-01T02:00:00-08:00",
    ]);
  });

  it("leave out booked time, blocked time and the pauses around them, and take cancelled time back", async () => {
    const calendar = await createCalendar({ slotBuffer: 30 });
    const times = async () =>
      ((await slotsOf(calendar))["2026-11-02"] ?? []).map((slot) => slot.slice(11, 16));
    expect(await times()).toEqual(["09:00", "09:30", "10:00", "10:30"]);
    const booked = await book(calendar, { startTime: "2026-11-02T10:00:00-08:00" });
    expect(booked.status).toBe(200);
    expect(await times()).toEqual(["09:00"]);
    const blocked = await open.ask("POST /calendars/events/block-slots", {
      calendarId: calendar,
      locationId: open.here,
      startTime: "2026-11-02T10:30:00-08:00",
      endTime: "2026-11-02T11:00:00-08:00",
    });
    expect(blocked.status).toBe(201);
    await open.ask(`PUT /calendars/events/appointments/${String(at(booked, "id"))}`, {
      appointmentStatus: "cancelled",
    });
    expect(await times()).toEqual(["09:00", "09:30", "10:00"]);
    await open.ask(`DELETE /calendars/events/${String(at(blocked, "id"))}`);
    expect(await times()).toHaveLength(4);
  });

  it("keep to notice, horizon, the most per day and per slot, single days and drafts", async () => {
    const count = async (fields: object, days = 15) =>
      Object.values(await slotsOf(await createCalendar({ ...fields }), { days })).flat().length;
    expect(await count({})).toBe(8);
    expect(await count({ allowBookingAfter: 3, allowBookingAfterUnit: "days" })).toBe(4);
    expect(await count({ allowBookingFor: 4, allowBookingForUnit: "days" })).toBe(4);
    expect(await count({ isActive: false })).toBe(0);
    const day = { date: "2026-11-03", hours: hours(1, 9, 10)[0]?.hours };
    expect(await count({ availabilities: [day] })).toBe(10);
    expect(await count({ availabilities: [day], availabilityType: 1 })).toBe(2);
    const daily = await createCalendar({ appoinmentPerDay: 1 });
    const shared = await createCalendar({ appoinmentPerSlot: 2 });
    await book(daily);
    await book(shared);
    expect(await slotsOf(daily)).toEqual({});
    expect((await slotsOf(shared))["2026-11-02"]).toHaveLength(4);
    expect((await book(shared)).status).toBe(200);
    expect((await slotsOf(shared))["2026-11-02"]).toHaveLength(3);
  });

  it("need someone of the team who is free, here and in other calendars, and at work", async () => {
    const members = team.map((userId) => ({ userId }));
    const day = { openHours: hours(0, 9, 10), slotDuration: 60 };
    const one = await createCalendar({ ...day, teamMembers: members.slice(0, 1) });
    const any = await createCalendar({ ...day, teamMembers: members });
    const all = await createCalendar({ ...day, teamMembers: members, calendarType: "collective" });
    const free = async (id: string, query = "") =>
      Object.keys(await slotsOf(id, { days: 2, query })).length;
    expect(await Promise.all([one, any, all].map((id) => free(id)))).toEqual([1, 1, 1]);
    const booked = await book(one, { startTime: "2026-11-01T09:00:00-08:00" });
    expect(booked.body["assignedUserId"]).toBe(team[0]);
    expect(await Promise.all([one, any, all].map((id) => free(id)))).toEqual([0, 1, 0]);
    expect(await free(any, `&userId=${team[0] ?? ""}`)).toBe(0);
    expect(await free(any, `&userIds=${team[0] ?? ""}&userIds=${team[1] ?? ""}`)).toBe(1);
    const schedule = await open.ask("POST /calendars/schedules", {
      locationId: open.here,
      userId: team[1],
      name: "Not on Sundays",
      timezone: "America/Los_Angeles",
      rules: [{ type: "wday", day: "monday", intervals: [{ from: "08:00", to: "17:00" }] }],
      calendarIds: [any],
    });
    expect(schedule.status).toBe(201);
    expect(await free(any)).toBe(0);
    const path = `/calendars/schedules/${idAt(schedule, "schedule")}`;
    await open.ask(`DELETE ${path}/associations/${any}`);
    expect(await free(any)).toBe(1);
    expect((await open.ask(`DELETE ${path}`)).body).toEqual({ success: true });
  });

  it("refuse a range over 31 days, one that ends before it starts, and dates in words", async () => {
    const calendar = await createCalendar();
    const ask = (start: string | number, end: string | number) =>
      open.ask(`GET /calendars/${calendar}/free-slots?startDate=${start}&endDate=${end}`);
    expect((await ask(START_MS, START_MS + 31 * DAY_MS)).status).toBe(200);
    expect(await ask(START_MS, START_MS + 31 * DAY_MS + 1)).toMatchObject({
      status: 400,
      body: { message: "Date range cannot be greater than 31 days" },
    });
    expect((await ask(START_MS, START_MS - 1)).status).toBe(400);
    expect((await ask("2026-11-01", "2026-11-02")).status).toBe(422);
  });
});

describe("appointments", () => {
  it("are booked in a free slot once, and the second is refused and not kept", async () => {
    const calendar = await createCalendar();
    const first = await book(calendar, { title: "Check-up", toNotify: false });
    expect(first).toMatchObject({
      status: 200,
      body: {
        title: "Check-up",
        calendarId: calendar,
        contactId,
        appointmentStatus: "confirmed",
        startTime: "2026-11-02T09:00:00-08:00",
        endTime: "2026-11-02T09:30:00-08:00",
      },
    });
    const listed = async () =>
      idsAt(
        await open.ask(
          `GET /calendars/events?locationId=${open.here}&calendarId=${calendar}&startTime=${START_MS}&endTime=${START_MS + 7 * DAY_MS}`,
        ),
        "events",
      );
    for (const startTime of [
      "2026-11-02T09:00:00-08:00",
      "2026-11-02T09:10:00-08:00",
      "2026-11-02T13:00:00-08:00",
      "2026-10-26T09:00:00-07:00",
    ]) {
      expect(await book(calendar, { startTime })).toMatchObject({
        status: 400,
        body: { message: "The slot you have selected is no longer available." },
      });
    }
    expect(await listed()).toEqual([String(at(first, "id"))]);
    expect((await book(calendar, { ignoreFreeSlotValidation: true })).status).toBe(200);
    expect(await listed()).toHaveLength(2);
    expect((await book(calendar, { startTime: "2026-11-02T09:30:00" })).body).toMatchObject({
      startTime: "2026-11-02T09:30:00-08:00",
    });
  });

  it("may be booked before the notice is over where they say so, but never in the past", async () => {
    const calendar = await createCalendar({ allowBookingAfter: 3, allowBookingAfterUnit: "days" });
    const ignoreDateRange = true;
    expect((await book(calendar)).status).toBe(400);
    const past = { startTime: "2026-10-26T09:00:00-07:00", ignoreDateRange };
    expect((await book(calendar, past)).status).toBe(400);
    expect((await book(calendar, { ignoreDateRange })).status).toBe(200);
  });

  it("move to a free slot with their length, and stay where the new one is taken", async () => {
    const calendar = await createCalendar();
    const first = await book(calendar);
    await book(calendar, { startTime: "2026-11-02T10:00:00-08:00" });
    const path = `/calendars/events/appointments/${String(at(first, "id"))}`;
    const taken = await open.ask(`PUT ${path}`, { startTime: "2026-11-02T10:00:00-08:00" });
    expect(taken.status).toBe(400);
    expect(at(await open.ask(`GET ${path}`), "event.startTime")).toBe("2026-11-02T09:00:00-08:00");
    const moved = await open.ask(`PUT ${path}`, {
      startTime: "2026-11-02T09:30:00-08:00",
      title: "Moved",
    });
    expect(moved.body).toMatchObject({ title: "Moved", endTime: "2026-11-02T10:00:00-08:00" });
    expect((await open.ask(`PUT ${path}`, { title: "Again" })).body).toMatchObject({
      title: "Again",
    });
    expect((await open.ask(`DELETE ${path}`)).body["message"]).toContain("IAM Service");
    expect(await open.ask(`DELETE /calendars/events/${String(at(first, "id"))}`)).toMatchObject({
      status: 201,
      body: { succeeded: true },
    });
    expect((await open.ask(`GET ${path}`)).status).toBe(404);
  });

  it("are refused for a foreign contact or calendar, and with the states of another version", async () => {
    const calendar = await createCalendar();
    const stranger = [...world.contacts.values()].find(
      ({ locationId }) => locationId === open.elsewhere,
    );
    const foreign = [...world.calendars.values()].find(
      ({ locationId }) => locationId === open.elsewhere,
    );
    expect((await book(calendar, { contactId: stranger?.id })).status).toBe(404);
    expect((await book(foreign?.id ?? "")).status).toBe(404);
    expect((await book(calendar, { appointmentStatus: "completed" })).status).toBe(422);
    expect((await book(calendar, { assignedUserId: team[0], selectedTimezone: "x" })).status).toBe(
      422,
    );
    const v3 = {
      calendarId: calendar,
      locationId: open.here,
      contactId,
      appointmentStatus: "completed",
    };
    const body = { ...v3, startTime: "2026-11-02T09:00:00-08:00" };
    expect((await open.ask("POST /calendars/events/appointments", body, V3)).status).toBe(200);
    const { access_token: token } = await signIn(open.sandbox, open.here, "calendars.readonly");
    expect((await open.ask("POST /calendars/events/appointments", body, { token })).status).toBe(
      401,
    );
  });

  it("show on their contact, and carry notes", async () => {
    const calendar = await createCalendar();
    const booked = await book(calendar);
    const id = String(at(booked, "id"));
    expect(idsAt(await open.ask(`GET /contacts/${contactId}/appointments`), "events")).toContain(
      id,
    );
    const path = `/calendars/appointments/${id}/notes`;
    const notes = [];
    for (const body of ["one", "two", "three"])
      notes.push(await open.ask(`POST ${path}`, { body }));
    expect(notes[0]).toMatchObject({ status: 201, body: { note: { body: "one", contactId } } });
    const page = await open.ask(`GET ${path}?limit=2&offset=0`);
    expect([rowsAt(page, "notes").length, page.body["hasMore"]]).toEqual([2, true]);
    expect((await open.ask(`GET ${path}`)).status).toBe(422);
    const one = `${path}/${notes[0] === undefined ? "" : idAt(notes[0], "note")}`;
    expect(at(await open.ask(`PUT ${one}`, { body: "1" }), "note.body")).toBe("1");
    expect((await open.ask(`DELETE ${one}`)).body).toEqual({ success: true });
    expect(rowsAt(await open.ask(`GET ${path}?limit=20&offset=0`), "notes")).toHaveLength(2);
  });
});

describe("events and blocked slots", () => {
  const list = (kind: string, query: string, request = {}) =>
    open.ask(
      `GET /calendars/${kind}?locationId=${open.here}&startTime=${START_MS - 60 * DAY_MS}&endTime=${START_MS + 30 * DAY_MS}${query}`,
      undefined,
      request,
    );
  const mine = () =>
    [...world.events.values()].filter(({ locationId }) => locationId === open.here);

  it("need a calendar, a person or a group, and list what concerns it", async () => {
    expect(await list("events", "")).toMatchObject({
      status: 422,
      body: { message: ["either of userId, calendarId or groupId should not be empty"] },
    });
    const [calendar] = [...world.calendars.values()].filter(
      ({ locationId }) => locationId === open.here,
    );
    const byCalendar = idsAt(await list("events", `&calendarId=${calendar?.id ?? ""}`), "events");
    expect(byCalendar.toSorted()).toEqual(
      mine()
        .filter((event) => event.kind === "appointment" && event.calendarId === calendar?.id)
        .map(({ id }) => id)
        .toSorted(),
    );
    const byGroup = idsAt(await list("events", `&groupId=${calendar?.groupId ?? ""}`), "events");
    expect(byGroup).toEqual(expect.arrayContaining(byCalendar));
    expect(byGroup.length).toBeGreaterThan(byCalendar.length);
    const blocked = rowsAt(
      await list("blocked-slots", `&calendarId=${calendar?.id ?? ""}`),
      "events",
    );
    expect(blocked.map(({ title }) => title)).toEqual(["Team meeting", "Training day"]);
    expect((await list("events", "&userId=x", open.foreign)).status).toBe(403);
  });

  it("block either a calendar or a person", async () => {
    const calendar = await createCalendar();
    const block = (fields: object) =>
      open.ask("POST /calendars/events/block-slots", {
        locationId: open.here,
        startTime: "2026-12-01T09:00:00-08:00",
        endTime: "2026-12-01T10:00:00-08:00",
        ...fields,
      });
    expect((await block({})).status).toBe(422);
    expect((await block({ calendarId: calendar, assignedUserId: team[0] })).status).toBe(422);
    expect(
      (await block({ calendarId: calendar, endTime: "2026-12-01T08:00:00-08:00" })).status,
    ).toBe(400);
    const made2 = await block({ assignedUserId: team[0], title: "Dentist" });
    expect(made2).toMatchObject({
      status: 201,
      body: { title: "Dentist", assignedUserId: team[0] },
    });
    const path = `/calendars/events/block-slots/${String(at(made2, "id"))}`;
    const moved = await open.ask(`PUT ${path}`, { locationId: open.here, calendarId: calendar });
    expect(moved.body).toMatchObject({ calendarId: calendar, title: "Dentist" });
    expect(moved.body).not.toHaveProperty("assignedUserId");
  });
});

describe("calendars and groups", () => {
  it("are created with defaults, keep what they are told, change and go with their events", async () => {
    const id = await createCalendar({
      slug: "my-slug",
      eventColor: "#ff0000",
      alertEmail: "a@example.com",
    });
    expect(at(await open.ask(`GET /calendars/${id}`), "calendar")).toMatchObject({
      slug: "my-slug",
      eventColor: "#ff0000",
      slotInterval: 30,
      appoinmentPerSlot: 1,
      isActive: true,
    });
    const twin = { locationId: open.here, name: "Twin", slug: "my-slug" };
    expect(await open.ask("POST /calendars/", twin)).toMatchObject({
      status: 400,
      body: { message: "Slug already exists" },
    });
    await open.ask(`PUT /calendars/${id}`, { isActive: false });
    const listed = async (query: string) =>
      idsAt(await open.ask(`GET /calendars/?locationId=${open.here}${query}`), "calendars");
    expect(await listed("")).toContain(id);
    expect(await listed("&showDrafted=false")).not.toContain(id);
    expect((await open.ask(`PUT /calendars/${id}`, { colour: "red" })).status).toBe(422);
    expect((await open.ask(`GET /calendars/${id}`, undefined, open.foreign)).status).toBe(403);
    expect((await open.ask(`DELETE /calendars/${id}`)).body).toEqual({ success: true });
    expect((await open.ask(`GET /calendars/${id}`)).status).toBe(404);
  });

  it("are grouped under slugs that are taken once", async () => {
    const group = { locationId: open.here, name: "G", description: "d", slug: "g-slug" };
    const created = await open.ask("POST /calendars/groups", group);
    expect(created).toMatchObject({
      status: 201,
      body: { group: { slug: "g-slug", isActive: true } },
    });
    expect((await open.ask("POST /calendars/groups", group)).status).toBe(400);
    const validate = async (slug: string) =>
      (await open.ask("POST /calendars/groups/validate-slug", { locationId: open.here, slug }))
        .body["available"];
    expect([await validate("g-slug"), await validate("other")]).toEqual([false, true]);
    const path = `/calendars/groups/${idAt(created, "group")}`;
    await open.ask(`PUT ${path}/status`, { isActive: false });
    await open.ask(`PUT ${path}`, { name: "H", description: "d", slug: "g-slug" });
    const groups = rowsAt(
      await open.ask(`GET /calendars/groups?locationId=${open.here}`),
      "groups",
    );
    expect(groups.find(({ slug }) => slug === "g-slug")).toMatchObject({
      name: "H",
      isActive: false,
    });
    const id = await createCalendar({ groupId: idAt(created, "group") });
    await open.ask(`DELETE ${path}`);
    expect(at(await open.ask(`GET /calendars/${id}`), "calendar.groupId")).toBeUndefined();
  });

  it("have rooms and equipment", async () => {
    const room = {
      locationId: open.here,
      name: "Room 1",
      description: "d",
      quantity: 1,
      outOfService: 0,
      capacity: 4,
      calendarIds: [],
    };
    const created = await open.ask("POST /calendars/resources/rooms", room);
    expect(created).toMatchObject({ status: 201, body: { resourceType: "rooms", isActive: true } });
    const path = `/calendars/resources/rooms/${String(at(created, "id"))}`;
    expect((await open.ask(`PUT ${path}`, { capacity: 5 })).body).toMatchObject({
      capacity: 5,
      name: "Room 1",
    });
    const list = await open.ask(
      `GET /calendars/resources/rooms?locationId=${open.here}&limit=5&skip=0`,
    );
    expect(list.body).toHaveLength(1);
    expect((await open.ask(`DELETE ${path}`)).body).toEqual({ success: true });
    expect((await open.ask(`GET ${path}`)).status).toBe(404);
  });
});

describe("the sample appointments", () => {
  it("lie before and after the reference date, in opening hours, never two at once for one person", () => {
    for (const { id } of world.locations) {
      const own = [...world.events.values()].filter((event) => event.locationId === id);
      const booked = own.filter(({ kind }) => kind === "appointment");
      expect(booked.filter(({ startMs }) => startMs > START_MS).length).toBeGreaterThan(6);
      expect(booked.filter(({ startMs }) => startMs < START_MS).length).toBeGreaterThan(6);
      for (const one of booked) {
        const clash = own.find(
          (other) =>
            other !== one &&
            other.assignedUserId === one.assignedUserId &&
            other.startMs < one.endMs &&
            one.startMs < other.endMs,
        );
        expect(clash).toBeUndefined();
        expect(world.contacts.get(one.contactId ?? "")?.locationId).toBe(id);
      }
    }
  });
});
