import { toFieldRules } from "../gate/field-rules.ts";
import { type Fields, textOf } from "../gate/fields.ts";
import { answer, type Outcome, type Refusal, refuse } from "../gate/outcome.ts";
import { type ApiCall, createRouteFamily, LOCATION_IN_BODY, type Route } from "../gate/route.ts";
import { APPOINTMENT_STATUSES, type Calendar, type CalendarEvent } from "../world/calendars.ts";
import { findFreeSlots, slotLengthMs, takesTime } from "../world/free-slots.ts";
import { toInstant } from "../world/local-time.ts";
import { notFound } from "./answers.ts";
import { appointmentRecord, getEvent, presentEvent } from "./calendar-events.ts";
import { isoDateRule, pickFields } from "./field-texts.ts";
import { askFor, timezoneOf } from "./free-slots.ts";
import { toFullName } from "./present-contact.ts";

const { write } = createRouteFamily({
  read: "calendars/events.readonly",
  write: "calendars/events.write",
});

const V3_ONLY = ["completed", "active"];

const fields = (isV3: boolean): Fields => ({
  ...toFieldRules(
    `title:string meetingLocationType:string{custom|zoom|gmeet|phone|address|ms_teams|google}
     meetingLocationId:string overrideLocationConfig:boolean assignedUserId:string
     description:string address:string ignoreDateRange:boolean toNotify:boolean
     ignoreFreeSlotValidation:boolean rrule:string calendarId:string`,
  ),
  appointmentStatus: {
    type: "string",
    oneOf: APPOINTMENT_STATUSES.filter((status) => isV3 || !V3_ONLY.includes(status)),
  },
  startTime: isoDateRule(false),
  endTime: isoDateRule(false),
});

/** The endpoints that book and change appointments. */
export const appointmentRoutes: readonly Route[] = [
  write("POST /calendars/events/appointments", {
    location: LOCATION_IN_BODY,
    body: (isV3) => ({
      ...fields(isV3),
      ...toFieldRules("calendarId:string! locationId:string! contactId:string!"),
      startTime: isoDateRule(true),
    }),
    handle: (call) => createAppointment(call),
  }),
  write("PUT /calendars/events/appointments/:id", {
    location: appointmentRecord,
    body: fields,
    handle: (call) => updateAppointment(call),
  }),
];

const createAppointment = (call: ApiCall): Outcome => {
  const { world, body, now } = call;
  const locationId = textOf(body["locationId"]);
  const calendar = world.calendars.get(textOf(body["calendarId"]));
  if (calendar?.locationId !== locationId) {
    return notFound("Calendar", textOf(body["calendarId"]));
  }
  const contact = world.contacts.get(textOf(body["contactId"]));
  if (contact?.locationId !== locationId) return notFound("Contact", textOf(body["contactId"]));
  const timezone = timezoneOf(call, locationId);
  const startMs = toInstant(body["startTime"], timezone);
  const wanted: CalendarEvent = {
    kind: "appointment",
    title: toFullName(contact) ?? calendar.name,
    appointmentStatus: calendar.autoConfirm ? "confirmed" : "new",
    endMs: startMs + slotLengthMs(calendar),
    ...readAppointment(call, timezone),
    startMs,
    id: call.newId(),
    locationId,
    calendarId: calendar.id,
    contactId: contact.id,
    dateAdded: now,
    dateUpdated: now,
  };
  return book(call, calendar, wanted);
};

const updateAppointment = (call: ApiCall): Outcome => {
  const { world, body } = call;
  const old = getEvent(call);
  const calendarId = textOf(body["calendarId"]) || old.calendarId;
  const calendar = world.calendars.get(calendarId ?? "");
  if (calendar?.locationId !== old.locationId) return notFound("Calendar", calendarId);
  const changes = readAppointment(call, timezoneOf(call, old.locationId));
  // An appointment that moves keeps its length, unless a new end is given.
  const moved = (changes.startMs ?? old.startMs) - old.startMs;
  const wanted: CalendarEvent = {
    ...old,
    endMs: old.endMs + moved,
    ...changes,
    calendarId: calendar.id,
    dateUpdated: call.now,
  };
  const staysThere = moved === 0 && calendarId === old.calendarId && takesTime(old);
  const isWithUser = wanted.assignedUserId === old.assignedUserId;
  return (staysThere && isWithUser) || !takesTime(wanted)
    ? save(call, wanted)
    : book(call, calendar, wanted);
};

/** Saves an appointment in a free slot, with someone of the team who is free in it. */
const book = (call: ApiCall, calendar: Calendar, wanted: CalendarEvent): Outcome => {
  if (wanted.endMs <= wanted.startMs) return refuse(400, "endTime must be after startTime");
  const team = calendar.teamMembers.map(({ userId }) => userId);
  if (call.body["ignoreFreeSlotValidation"] === true) {
    const userId = wanted.assignedUserId ?? team[0];
    return save(call, userId === undefined ? wanted : { ...wanted, assignedUserId: userId });
  }
  const question = {
    ...askFor(call, calendar, wanted.id),
    ignoresDateRange: call.body["ignoreDateRange"] === true,
  };
  const [slot] = findFreeSlots(question, wanted.startMs, wanted.startMs + 1);
  if (slot === undefined) return SLOT_IS_GONE;
  const userId = wanted.assignedUserId ?? slot.userIds[0];
  if (userId === undefined) return save(call, wanted);
  if (team.length > 0 && !team.includes(userId)) {
    return refuse(400, "The assigned user is not part of the calendar team.");
  }
  return team.length === 0 || slot.userIds.includes(userId)
    ? save(call, { ...wanted, assignedUserId: userId })
    : SLOT_IS_GONE;
};

const SLOT_IS_GONE: Refusal = refuse(400, "The slot you have selected is no longer available.");

const save = (call: ApiCall, event: CalendarEvent): Outcome => {
  call.world.events.set(event.id, event);
  return answer(200, { ...presentEvent(call, event), traceId: call.traceId() });
};

/** Times without an offset are on the clocks of the location. */
const readAppointment = ({ body }: ApiCall, timezone: string): Partial<CalendarEvent> => ({
  ...pickFields(body, [
    "title",
    "meetingLocationType",
    "appointmentStatus",
    "assignedUserId",
    "description",
    "address",
    "rrule",
  ]),
  ...(body["startTime"] === undefined ? {} : { startMs: toInstant(body["startTime"], timezone) }),
  ...(body["endTime"] === undefined ? {} : { endMs: toInstant(body["endTime"], timezone) }),
});
