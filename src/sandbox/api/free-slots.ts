import { toFieldRules } from "../gate/field-rules.ts";
import { numberOf, textOf } from "../gate/fields.ts";
import { answer, type Outcome, refuse } from "../gate/outcome.ts";
import { type ApiCall, createRouteFamily, type Route } from "../gate/route.ts";
import type { Calendar } from "../world/calendars.ts";
import { findFreeSlots, type SlotQuestion } from "../world/free-slots.ts";
import { isTimezone, toLocalIso } from "../world/local-time.ts";
import { calendarRecord, getCalendar } from "./calendars.ts";
import { textsOf } from "./field-texts.ts";

const { read } = createRouteFamily({ read: "calendars.readonly", write: "calendars.write" });

const MAX_RANGE_MS = 31 * 86_400_000;

/** `GET /calendars/{id}/free-slots`: by date, on the clocks of the zone that is asked for. */
export const freeSlotsRoute: Route = read("GET /calendars/:id/free-slots", {
  location: calendarRecord,
  query: () =>
    toFieldRules(
      `startDate:number! endDate:number! timezone:string userId:string userIds:strings
       enableLookBusy:boolean`,
    ),
  handle: (call) => listFreeSlots(call),
});

const listFreeSlots = (call: ApiCall): Outcome => {
  const { query } = call;
  const calendar = getCalendar(call);
  const fromMs = numberOf(query["startDate"], 0);
  const toMs = numberOf(query["endDate"], 0);
  if (toMs < fromMs) return refuse(400, "endDate must not be before startDate");
  if (toMs - fromMs > MAX_RANGE_MS) {
    return refuse(400, "Date range cannot be greater than 31 days");
  }
  const timezone = textOf(query["timezone"]) || timezoneOf(call, calendar.locationId);
  if (!isTimezone(timezone)) return refuse(422, ["timezone must be a valid timezone"]);
  const userId = textOf(query["userId"]);
  const userIds = userId === "" ? textsOf(query["userIds"]) : [userId];
  const question = askFor(call, calendar);
  const slots = findFreeSlots(
    userIds.length === 0 ? question : { ...question, userIds },
    fromMs,
    toMs,
  );
  const days = new Map<string, { readonly slots: string[] }>();
  for (const { startMs } of slots) {
    const text = toLocalIso(startMs, timezone);
    const date = text.slice(0, 10);
    const day = days.get(date) ?? { slots: [] };
    day.slots.push(text);
    days.set(date, day);
  }
  return answer(200, { ...Object.fromEntries(days), traceId: call.traceId() });
};

/** The time zone of a location. */
export const timezoneOf = ({ world }: Pick<ApiCall, "world">, locationId: string): string =>
  world.locations.find(({ id }) => id === locationId)?.timezone ?? "UTC";

/** What the free slots of a calendar are computed from, as things are; one event may be left out. */
export const askFor = (call: ApiCall, calendar: Calendar, exceptId?: string): SlotQuestion => {
  const { world, now } = call;
  const { locationId } = calendar;
  const team = calendar.teamMembers.map(({ userId }) => userId);
  return {
    calendar,
    timezone: timezoneOf(call, locationId),
    // People who work in several locations are taken by the events of each.
    events: [...world.events.values()].filter(
      (event) =>
        event.id !== exceptId &&
        (event.locationId === locationId || team.includes(event.assignedUserId ?? "")),
    ),
    schedules: [...world.schedules.values()],
    nowMs: Date.parse(now),
  };
};
