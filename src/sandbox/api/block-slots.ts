import { toFieldRules } from "../gate/field-rules.ts";
import { type Fields, textOf } from "../gate/fields.ts";
import { answer, type Outcome, type Refusal, refuse } from "../gate/outcome.ts";
import {
  type ApiCall,
  createRouteFamily,
  LOCATION_IN_BODY,
  type LocationPlace,
  type Route,
} from "../gate/route.ts";
import type { CalendarEvent } from "../world/calendars.ts";
import { toInstant } from "../world/local-time.ts";
import { notFound } from "./answers.ts";
import { getEvent, presentEvent } from "./calendar-events.ts";
import { isoDateRule } from "./field-texts.ts";
import { timezoneOf } from "./free-slots.ts";

const { write } = createRouteFamily({
  read: "calendars/events.readonly",
  write: "calendars/events.write",
});

const record: LocationPlace = {
  in: "record",
  name: "Block slot",
  find: (world, id) => {
    const event = world.events.get(id);
    return event?.kind === "block" ? event : undefined;
  },
};

const fields = (isNew: boolean): Fields => ({
  ...toFieldRules("title:string calendarId:string assignedUserId:string locationId:string!"),
  startTime: isoDateRule(isNew),
  endTime: isoDateRule(isNew),
});

/** The endpoints that block time, of a calendar or of a person: the specs demand the calendar. */
export const blockSlotRoutes: readonly Route[] = [
  write("POST /calendars/events/block-slots", {
    location: LOCATION_IN_BODY,
    body: () => fields(true),
    handle: (call) => createBlock(call),
  }),
  write("PUT /calendars/events/block-slots/:id", {
    location: record,
    body: () => fields(false),
    handle: (call) => updateBlock(call),
  }),
];

const createBlock = (call: ApiCall): Outcome => {
  const { body, now } = call;
  const refusal = checkTarget(call);
  if (refusal !== undefined) return refusal;
  const timezone = timezoneOf(call, textOf(body["locationId"]));
  return save(call, {
    kind: "block",
    id: call.newId(),
    locationId: textOf(body["locationId"]),
    title: textOf(body["title"]) || "Blocked",
    appointmentStatus: "confirmed",
    ...readTarget(call),
    startMs: toInstant(body["startTime"], timezone),
    endMs: toInstant(body["endTime"], timezone),
    dateAdded: now,
    dateUpdated: now,
  });
};

const updateBlock = (call: ApiCall): Outcome => {
  const { body } = call;
  const { calendarId, assignedUserId, ...old } = getEvent(call);
  if (body["locationId"] !== old.locationId) {
    return refuse(403, "The token does not have access to this location.");
  }
  const moves = body["calendarId"] !== undefined || body["assignedUserId"] !== undefined;
  const refusal = moves ? checkTarget(call) : undefined;
  if (refusal !== undefined) return refusal;
  const timezone = timezoneOf(call, old.locationId);
  const kept = {
    ...(calendarId === undefined ? {} : { calendarId }),
    ...(assignedUserId === undefined ? {} : { assignedUserId }),
  };
  return save(call, {
    ...old,
    ...(moves ? readTarget(call) : kept),
    title: textOf(body["title"]) || old.title,
    ...(body["startTime"] === undefined ? {} : { startMs: toInstant(body["startTime"], timezone) }),
    ...(body["endTime"] === undefined ? {} : { endMs: toInstant(body["endTime"], timezone) }),
    dateUpdated: call.now,
  });
};

const checkTarget = ({ world, body }: ApiCall): Refusal | undefined => {
  const { calendarId, assignedUserId, locationId } = body;
  if ((calendarId === undefined) === (assignedUserId === undefined)) {
    return refuse(422, ["exactly one of calendarId and assignedUserId should not be empty"]);
  }
  if (calendarId !== undefined) {
    const calendar = world.calendars.get(textOf(calendarId));
    return calendar?.locationId === locationId
      ? undefined
      : notFound("Calendar", textOf(calendarId));
  }
  const user = world.users.find(({ id }) => id === assignedUserId);
  return user?.locationIds.includes(textOf(locationId)) === true
    ? undefined
    : notFound("User", textOf(assignedUserId));
};

const readTarget = ({ body }: ApiCall): Pick<CalendarEvent, "calendarId" | "assignedUserId"> =>
  body["calendarId"] === undefined
    ? { assignedUserId: textOf(body["assignedUserId"]) }
    : { calendarId: textOf(body["calendarId"]) };

const save = (call: ApiCall, event: CalendarEvent): Outcome => {
  if (!(event.endMs > event.startMs)) return refuse(400, "endTime must be after startTime");
  call.world.events.set(event.id, event);
  return answer(201, presentEvent(call, event));
};
