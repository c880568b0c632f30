import { expect } from "vitest";
import { type Job, first, found, rows } from "../job.ts";
import type { World } from "../world.ts";

/** Somebody has an appointment to come. */
const arrange = async (world: World): Promise<void> => {
  const { contacts } = await world.send("POST", "/contacts/search", {
    locationId: world.here,
    pageLimit: 1,
    query: "wei.chen",
  });
  const { calendars } = await world.get(`/calendars/?locationId=${world.here}`);
  const calendar = (calendars as { id: string; name: string }[]).find(
    ({ name }) => name === "New patient exam",
  );
  await world.send("POST", "/calendars/events/appointments", {
    locationId: world.here,
    calendarId: calendar?.id,
    contactId: first(contacts as { id: string }[]).id,
    startTime: "2026-11-18T09:00:00-08:00",
  });
};

/** Reschedule somebody's appointment. */
export const reschedule: Job = {
  ask: "Move Wei Chen's appointment to the first free time on 25 November or later.",
  grant: "one location",
  confirmation: "by code",
  arrange,
  run: async (session, world) => {
    const people = await session.call("search_contacts", {
      query: "Wei Chen",
      fields: ["contactName"],
    });
    const contact = await session.call("get_contact", {
      contact_id: first(rows(people.data, "contacts"))["id"],
      include: ["appointments"],
    });
    const appointment = first(
      rows(contact.data, "appointments").filter(
        ({ start }) => Date.parse(String(start)) > world.nowMs(),
      ),
    );
    const free = await session.call("find_free_slots", {
      calendars: [appointment["calendar_id"]],
      from: "2026-11-25",
      limit: 1,
    });
    const calendar = first(rows(free.data, "calendars"));
    const start = first(calendar["slots"] as readonly string[]);
    const ways = await session.call("search_operations", {
      query: "reschedule an appointment",
      limit: 3,
    });
    found(ways.text, "calendars.edit-appointment");
    await session.call("describe_operation", { operation: "calendars.edit-appointment" });
    await session.call("write_operation", {
      operation: "calendars.edit-appointment",
      parameters: { eventId: appointment["id"] },
      body: { startTime: start },
    });

    const { event } = await world.get(
      `/calendars/events/appointments/${String(appointment["id"])}`,
    );
    const kept = event as Readonly<Record<string, string>>;
    const startMs = Date.parse(kept["startTime"] ?? "");
    expect(startMs).toBe(Date.parse(start));
    expect(Date.parse(kept["endTime"] ?? "") - startMs).toBe(3_600_000);
    expect(kept["startTime"]).toContain("2026-11-25");
    expect(world.writes()).toMatchObject([{ method: "PUT", status: 200 }]);
  },
};
