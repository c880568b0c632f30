import { toFieldRules } from "../gate/field-rules.ts";
import { type Fields, isJsonObject, numberOf, textOf } from "../gate/fields.ts";
import { answer, type Outcome } from "../gate/outcome.ts";
import {
  type ApiCall,
  createRouteFamily,
  LOCATION_IN_BODY,
  LOCATION_IN_QUERY,
  type LocationPlace,
  type Route,
} from "../gate/route.ts";
import type { Schedule, ScheduleRule } from "../world/calendars.ts";
import { isTimezone } from "../world/local-time.ts";
import { notFound } from "./answers.ts";
import { pickFields, textsOf } from "./field-texts.ts";

const { read, write } = createRouteFamily({ read: "calendars.readonly", write: "calendars.write" });

const record: LocationPlace = {
  in: "record",
  name: "Schedule",
  find: (world, id) => world.schedules.get(id),
};

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;
const DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

const isRule = (rule: unknown): boolean =>
  isJsonObject(rule) &&
  (rule["type"] === "wday"
    ? DAYS.includes(textOf(rule["day"]))
    : rule["type"] === "date" && typeof rule["date"] === "string") &&
  Array.isArray(rule["intervals"]) &&
  rule["intervals"].every(
    (interval) =>
      isJsonObject(interval) &&
      TIME.test(textOf(interval["from"])) &&
      TIME.test(textOf(interval["to"])),
  );

const fields = (isNew: boolean): Fields => ({
  ...toFieldRules(
    isNew ? "locationId:string! name:string! userId:string! calendarIds:strings" : "name:string",
  ),
  timezone: {
    type: "string",
    required: isNew,
    check: (value) => (isTimezone(textOf(value)) ? undefined : "must be a valid timezone"),
  },
  rules: {
    type: "array",
    check: (value) =>
      (value as readonly unknown[]).every(isRule)
        ? undefined
        : "must be a list of rules with type, day or date, and intervals",
  },
});

/** The endpoints of people's working hours, which calendars follow. */
export const calendarScheduleRoutes: readonly Route[] = [
  read("GET /calendars/schedules/search", {
    location: LOCATION_IN_QUERY,
    query: () =>
      toFieldRules("locationId:string! userId:string! calendarId:string skip:number limit:number"),
    handle: (call) => listSchedules(call),
  }),
  write("POST /calendars/schedules", {
    location: LOCATION_IN_BODY,
    body: () => fields(true),
    handle: (call) => createSchedule(call),
  }),
  read("GET /calendars/schedules/:id", {
    location: record,
    handle: (call) => show(200, getSchedule(call)),
  }),
  write("PUT /calendars/schedules/:id/associations/:calendarId", {
    location: record,
    handle: (call) => associate(call, true),
  }),
  write("DELETE /calendars/schedules/:id/associations/:calendarId", {
    location: record,
    handle: (call) => associate(call, false),
  }),
  write("PUT /calendars/schedules/:id", {
    location: record,
    body: () => fields(false),
    handle: (call) => {
      const changes = pickFields(call.body, ["name", "rules", "timezone"]);
      const schedule: Schedule = { ...getSchedule(call), ...changes, dateUpdated: call.now };
      call.world.schedules.set(schedule.id, schedule);
      return show(200, schedule);
    },
  }),
  write("DELETE /calendars/schedules/:id", {
    location: record,
    handle: (call) => {
      call.world.schedules.delete(getSchedule(call).id);
      return answer(200, { success: true });
    },
  }),
];

const listSchedules = ({ world, query }: ApiCall): Outcome => {
  const { locationId, userId, calendarId } = query;
  const skip = numberOf(query["skip"], 0);
  const found = [...world.schedules.values()].filter(
    (schedule) =>
      schedule.locationId === locationId &&
      schedule.userId === userId &&
      (calendarId === undefined || schedule.calendarIds.includes(textOf(calendarId))),
  );
  const shown = found.slice(skip, skip + numberOf(query["limit"], 20));
  return answer(200, { schedules: shown.map(presentSchedule) });
};

const createSchedule = (call: ApiCall): Outcome => {
  const { world, body, now } = call;
  const locationId = textOf(body["locationId"]);
  const userId = textOf(body["userId"]);
  const user = world.users.find(({ id }) => id === userId);
  if (user?.locationIds.includes(locationId) !== true) return notFound("User", userId);
  const schedule: Schedule = {
    id: call.newId(),
    locationId,
    userId,
    name: textOf(body["name"]),
    timezone: textOf(body["timezone"]),
    // Checked by the rule of the field.
    rules: (body["rules"] ?? []) as readonly ScheduleRule[],
    calendarIds: textsOf(body["calendarIds"]),
    dateAdded: now,
    dateUpdated: now,
  };
  world.schedules.set(schedule.id, schedule);
  return show(201, schedule);
};

const associate = (call: ApiCall, isOn: boolean): Outcome => {
  const schedule = getSchedule(call);
  const calendarId = call.params["calendarId"] ?? "";
  if (call.world.calendars.get(calendarId)?.locationId !== schedule.locationId) {
    return notFound("Calendar", calendarId);
  }
  const others = schedule.calendarIds.filter((id) => id !== calendarId);
  const calendarIds = isOn ? [...others, calendarId] : others;
  call.world.schedules.set(schedule.id, { ...schedule, calendarIds, dateUpdated: call.now });
  return answer(200, { success: true });
};

const getSchedule = ({ world, params }: ApiCall): Schedule => {
  const schedule = world.schedules.get(params["id"] ?? "");
  if (schedule === undefined) throw new Error("the gate let an unknown schedule through");
  return schedule;
};

const presentSchedule = (schedule: Schedule) => ({ ...schedule, deleted: false });

const show = (status: number, schedule: Schedule): Outcome =>
  answer(status, { schedule: presentSchedule(schedule) });
