import { expect } from "vitest";
import { type Job, first, rows } from "../job.ts";

/** The next free slot in two calendars, and book it. */
export const bookNextSlot: Job = {
  ask: "Book Wei Chen into the next free time for a cleaning or a new patient exam.",
  grant: "one location",
  confirmation: "by code",
  run: async (session, world) => {
    const people = await session.call("search_contacts", {
      query: "Wei Chen",
      fields: ["contactName"],
    });
    const person = first(rows(people.data, "contacts"));
    const free = await session.call("find_free_slots", {
      calendars: ["Cleaning", "New patient exam"],
      limit: 1,
    });
    const next = first(
      rows(free.data, "calendars").toSorted((left, right) =>
        String(left["slots"]).localeCompare(String(right["slots"])),
      ),
    );
    const start = first(next["slots"] as readonly string[]);
    const booked = await session.call("book_appointment", {
      calendar: next["calendar"],
      contact_id: person["id"],
      start,
    });

    const { id } = booked.data["appointment"] as { readonly id: string };
    const { event } = await world.get(`/calendars/events/appointments/${id}`);
    const kept = event as Readonly<Record<string, string>>;
    expect(kept["calendarId"]).toBe(next["calendar_id"]);
    expect(kept["contactId"]).toBe(person["id"]);
    expect(Date.parse(kept["startTime"] ?? "")).toBe(Date.parse(start));
    expect(Date.parse(start)).toBeGreaterThanOrEqual(world.nowMs());
    expect(world.writes()).toHaveLength(1);
  },
};
