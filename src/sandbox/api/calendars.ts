import { toFieldRules } from "../gate/field-rules.ts";
import { textOf } from "../gate/fields.ts";
import { answer, type Outcome, type Refusal, refuse } from "../gate/outcome.ts";
import {
  type ApiCall,
  createRouteFamily,
  LOCATION_IN_BODY,
  LOCATION_IN_QUERY,
  type LocationPlace,
  type Route,
} from "../gate/route.ts";
import { type Calendar, DEFAULT_SLOT_RULES } from "../world/calendars.ts";
import { calendarFields, readCalendarBody } from "./calendar-body.ts";

const { read, write } = createRouteFamily({ read: "calendars.readonly", write: "calendars.write" });

/** The calendar that a path names, for the check of its location. */
export const calendarRecord: LocationPlace = {
  in: "record",
  name: "Calendar",
  find: (world, id) => world.calendars.get(id),
};

/** The calendar of a call that has passed {@link calendarRecord}. */
export const getCalendar = ({ world, params }: ApiCall): Calendar => {
  const calendar = world.calendars.get(params["id"] ?? "");
  if (calendar === undefined) throw new Error("the gate let an unknown calendar through");
  return calendar;
};

/** The endpoints of calendars themselves. */
export const singleCalendarRoutes: readonly Route[] = [
  read("GET /calendars/", {
    location: LOCATION_IN_QUERY,
    query: () => toFieldRules("locationId:string! groupId:string showDrafted:boolean"),
    handle: (call) => listCalendars(call),
  }),
  write("POST /calendars/", {
    location: LOCATION_IN_BODY,
    body: calendarFields(true),
    handle: (call) => createCalendar(call),
  }),
  read("GET /calendars/:id", {
    location: calendarRecord,
    handle: (call) => show(call, getCalendar(call)),
  }),
  write("PUT /calendars/:id", {
    location: calendarRecord,
    body: calendarFields(false),
    handle: (call) => updateCalendar(call),
  }),
  write("DELETE /calendars/:id", {
    location: calendarRecord,
    handle: (call) => {
      const { id } = getCalendar(call);
      call.world.calendars.delete(id);
      for (const event of call.world.events.values()) {
        if (event.calendarId === id) call.world.events.delete(event.id);
      }
      return answer(200, { success: true });
    },
  }),
];

/** Drafts are listed unless the caller does not want them. */
const listCalendars = ({ world, query, traceId }: ApiCall): Outcome =>
  answer(200, {
    calendars: [...world.calendars.values()]
      .filter(
        (calendar) =>
          calendar.locationId === query["locationId"] &&
          (query["groupId"] === undefined || calendar.groupId === query["groupId"]) &&
          (query["showDrafted"] !== false || calendar.isActive),
      )
      .map(presentCalendar),
    traceId: traceId(),
  });

const WEEKDAYS_8_TO_17 = [
  {
    daysOfTheWeek: [1, 2, 3, 4, 5],
    hours: [{ openHour: 8, openMinute: 0, closeHour: 17, closeMinute: 0 }],
  },
];

const createCalendar = (call: ApiCall): Outcome => {
  const { world, body } = call;
  const name = textOf(body["name"]);
  const id = call.newId();
  const slotDuration = body["slotDuration"] ?? DEFAULT_SLOT_RULES.slotDuration;
  const made: Calendar = {
    ...DEFAULT_SLOT_RULES,
    openHours: WEEKDAYS_8_TO_17,
    // Slots follow one another where nothing else is said.
    slotInterval: typeof slotDuration === "number" ? slotDuration : DEFAULT_SLOT_RULES.slotInterval,
    slotIntervalUnit: body["slotDurationUnit"] === "hours" ? "hours" : "mins",
    description: "",
    slug: `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}-${id.slice(0, 6).toLowerCase()}`,
    calendarType: Array.isArray(body["teamMembers"]) ? "round_robin" : "event",
    isActive: true,
    autoConfirm: true,
    teamMembers: [],
    other: {},
    ...readCalendarBody(body),
    name,
    id,
    locationId: textOf(body["locationId"]),
  };
  const refusal = checkCalendar(call, made);
  if (refusal !== undefined) return refusal;
  world.calendars.set(id, made);
  return show(call, made);
};

const updateCalendar = (call: ApiCall): Outcome => {
  const old = getCalendar(call);
  const { other, ...wanted } = readCalendarBody(call.body);
  const changed: Calendar = { ...old, ...wanted, other: { ...old.other, ...other } };
  const refusal = checkCalendar(call, changed);
  if (refusal !== undefined) return refusal;
  call.world.calendars.set(old.id, changed);
  return show(call, changed);
};

/** A slug is taken once in a location; group and team must be of it. */
const checkCalendar = ({ world }: ApiCall, calendar: Calendar): Refusal | undefined => {
  const { locationId, groupId, slug, teamMembers } = calendar;
  const isTaken = [...world.calendars.values()].some(
    (other) => other.id !== calendar.id && other.locationId === locationId && other.slug === slug,
  );
  if (isTaken) return refuse(400, "Slug already exists");
  if (groupId !== undefined && world.calendarGroups.get(groupId)?.locationId !== locationId) {
    return refuse(400, "The group id is invalid.");
  }
  const stranger = teamMembers.find(
    ({ userId }) =>
      world.users.find(({ id }) => id === userId)?.locationIds.includes(locationId) !== true,
  );
  return stranger === undefined
    ? undefined
    : refuse(400, `The user ${stranger.userId} is not part of the location.`);
};

const presentCalendar = ({ other, ...calendar }: Calendar) => ({ ...other, ...calendar });

const show = ({ traceId }: ApiCall, calendar: Calendar): Outcome =>
  answer(200, { calendar: presentCalendar(calendar), traceId: traceId() });
