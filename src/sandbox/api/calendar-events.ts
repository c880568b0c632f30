import { toFieldRules } from "../gate/field-rules.ts";
import { numberOf } from "../gate/fields.ts";
import { answer, type Outcome, refuse } from "../gate/outcome.ts";
import {
  type ApiCall,
  createRouteFamily,
  LOCATION_IN_QUERY,
  type LocationPlace,
  type Route,
} from "../gate/route.ts";
import type { CalendarEvent } from "../world/calendars.ts";
import { toLocalIso } from "../world/local-time.ts";
import { timezoneOf } from "./free-slots.ts";
import { contactRecord } from "./read-contacts.ts";

const { read, write } = createRouteFamily({
  read: "calendars/events.readonly",
  write: "calendars/events.write",
});
const contacts = createRouteFamily({ read: "contacts.readonly", write: "contacts.write" });

/** The appointment or blocked time that a path names. */
const eventRecord: LocationPlace = {
  in: "record",
  name: "Event",
  find: (world, id) => world.events.get(id),
};

/** The appointment that a path names; a blocked time is none. */
export const appointmentRecord: LocationPlace = {
  in: "record",
  name: "Appointment",
  find: (world, id) => {
    const event = world.events.get(id);
    return event?.kind === "appointment" ? event : undefined;
  },
};

/** The event of a call that has passed {@link eventRecord} or {@link appointmentRecord}. */
export const getEvent = ({ world, params }: ApiCall): CalendarEvent => {
  const event = world.events.get(params["id"] ?? "");
  if (event === undefined) throw new Error("the gate let an unknown event through");
  return event;
};

const query = () =>
  toFieldRules(
    `locationId:string! userId:string calendarId:string groupId:string startTime:number!
     endTime:number!`,
  );

/** The endpoints that list, read and delete what is in calendars. */
export const calendarEventRoutes: readonly Route[] = [
  read("GET /calendars/events", {
    location: LOCATION_IN_QUERY,
    query,
    handle: (call) => listEvents(call, "appointment"),
  }),
  read("GET /calendars/blocked-slots", {
    location: LOCATION_IN_QUERY,
    query,
    handle: (call) => listEvents(call, "block"),
  }),
  read("GET /calendars/events/appointments/:id", {
    location: appointmentRecord,
    handle: (call) =>
      answer(200, { event: presentEvent(call, getEvent(call)), traceId: call.traceId() }),
  }),
  write("DELETE /calendars/events/appointments/:id", {
    location: { in: "caller" },
    // Appointments are deleted as events; this path answers as GoHighLevel's does.
    handle: () =>
      refuse(
        401,
        "This route is not yet supported by the IAM Service. Please update your IAM config.",
      ),
  }),
  write("DELETE /calendars/events/:id", {
    location: eventRecord,
    handle: (call) => {
      call.world.events.delete(getEvent(call).id);
      return answer(201, { succeeded: true });
    },
  }),
  contacts.read("GET /contacts/:id/appointments", {
    location: contactRecord,
    handle: (call) =>
      answer(200, {
        events: [...call.world.events.values()]
          .filter(({ contactId }) => contactId === call.params["id"])
          .toSorted(byStart)
          .map((event) => presentEvent(call, event)),
        traceId: call.traceId(),
      }),
  }),
];

const byStart = (left: CalendarEvent, right: CalendarEvent): number => left.startMs - right.startMs;

const listEvents = (call: ApiCall, kind: CalendarEvent["kind"]): Outcome => {
  const { userId, calendarId, groupId } = call.query;
  if ([userId, calendarId, groupId].every((id) => id === undefined || id === "")) {
    return refuse(422, ["either of userId, calendarId or groupId should not be empty"]);
  }
  const from = numberOf(call.query["startTime"], 0);
  const to = numberOf(call.query["endTime"], 0);
  return answer(200, {
    events: [...call.world.events.values()]
      .filter(
        (event) =>
          event.kind === kind && event.startMs < to && event.endMs > from && concerns(call, event),
      )
      .toSorted(byStart)
      .map((event) => presentEvent(call, event)),
    traceId: call.traceId(),
  });
};

/** A person's blocked time concerns the calendars that the person is in the team of. */
const concerns = ({ world, query: asked }: ApiCall, event: CalendarEvent): boolean => {
  const { userId, calendarId, groupId, locationId } = asked;
  const calendars = [...world.calendars.values()].filter((calendar) =>
    event.calendarId === undefined
      ? calendar.teamMembers.some((member) => member.userId === event.assignedUserId)
      : calendar.id === event.calendarId,
  );
  return (
    event.locationId === locationId &&
    (userId === undefined || event.assignedUserId === userId) &&
    (calendarId === undefined || calendars.some(({ id }) => id === calendarId)) &&
    (groupId === undefined || calendars.some((calendar) => calendar.groupId === groupId))
  );
};

/** An event as every endpoint answers it: times on the clocks of its location. */
export const presentEvent = (call: Pick<ApiCall, "world">, event: CalendarEvent) => {
  const timezone = timezoneOf(call, event.locationId);
  const { kind: _kind, startMs, endMs, rrule, ...rest } = event;
  const calendar = call.world.calendars.get(event.calendarId ?? "");
  return {
    ...rest,
    groupId: calendar?.groupId,
    users: event.assignedUserId === undefined ? [] : [event.assignedUserId],
    isRecurring: rrule !== undefined,
    rrule,
    startTime: toLocalIso(startMs, timezone),
    endTime: toLocalIso(endMs, timezone),
  };
};
