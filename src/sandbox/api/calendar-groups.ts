import { toFieldRules } from "../gate/field-rules.ts";
import { textOf } from "../gate/fields.ts";
import { answer, type Outcome, refuse } from "../gate/outcome.ts";
import {
  type ApiCall,
  createRouteFamily,
  LOCATION_IN_BODY,
  LOCATION_IN_QUERY,
  type LocationPlace,
  type Route,
} from "../gate/route.ts";
import type { CalendarGroup } from "../world/calendars.ts";

const { read, write } = createRouteFamily({
  read: "calendars/groups.readonly",
  write: "calendars/groups.write",
});

const record: LocationPlace = {
  in: "record",
  name: "Group",
  find: (world, id) => world.calendarGroups.get(id),
};

const FIELDS = "name:string! description:string! slug:string!";

/** The endpoints of groups of calendars. */
export const calendarGroupRoutes: readonly Route[] = [
  read("GET /calendars/groups", {
    location: LOCATION_IN_QUERY,
    query: () => toFieldRules("locationId:string!"),
    handle: ({ world, query }) =>
      answer(200, {
        groups: [...world.calendarGroups.values()].filter(
          (group) => group.locationId === query["locationId"],
        ),
      }),
  }),
  write("POST /calendars/groups/validate-slug", {
    location: LOCATION_IN_BODY,
    body: () => toFieldRules("locationId:string! slug:string!"),
    handle: (call) => answer(200, { available: isFreeSlug(call, textOf(call.body["locationId"])) }),
  }),
  write("POST /calendars/groups", {
    location: LOCATION_IN_BODY,
    body: () => toFieldRules(`${FIELDS} locationId:string! isActive:boolean`),
    handle: (call) => createGroup(call),
  }),
  write("PUT /calendars/groups/:id/status", {
    location: record,
    body: () => toFieldRules("isActive:boolean!"),
    handle: (call) => {
      const group = getGroup(call);
      call.world.calendarGroups.set(group.id, {
        ...group,
        isActive: call.body["isActive"] === true,
      });
      return answer(200, { success: true });
    },
  }),
  write("PUT /calendars/groups/:id", {
    location: record,
    body: () => toFieldRules(FIELDS),
    handle: (call) => {
      const old = getGroup(call);
      if (!isFreeSlug(call, old.locationId, old.id)) return refuse(400, "Slug already exists");
      const group: CalendarGroup = { ...old, ...readGroup(call) };
      call.world.calendarGroups.set(old.id, group);
      return answer(200, { group });
    },
  }),
  write("DELETE /calendars/groups/:id", {
    location: record,
    handle: (call) => deleteGroup(call),
  }),
];

const createGroup = (call: ApiCall): Outcome => {
  const locationId = textOf(call.body["locationId"]);
  if (!isFreeSlug(call, locationId)) return refuse(400, "Slug already exists");
  const group: CalendarGroup = {
    ...readGroup(call),
    id: call.newId(),
    locationId,
    isActive: call.body["isActive"] !== false,
  };
  call.world.calendarGroups.set(group.id, group);
  return answer(201, { group });
};

/** The calendars of a group stay, without a group. */
const deleteGroup = (call: ApiCall): Outcome => {
  const { id } = getGroup(call);
  call.world.calendarGroups.delete(id);
  for (const calendar of call.world.calendars.values()) {
    const { groupId, ...rest } = calendar;
    if (groupId === id) call.world.calendars.set(calendar.id, rest);
  }
  return answer(200, { success: true });
};

const readGroup = ({ body }: ApiCall) => ({
  name: textOf(body["name"]),
  description: textOf(body["description"]),
  slug: textOf(body["slug"]),
});

const isFreeSlug = ({ world, body }: ApiCall, locationId: string, ownId?: string): boolean =>
  ![...world.calendarGroups.values()].some(
    (group) => group.id !== ownId && group.locationId === locationId && group.slug === body["slug"],
  );

const getGroup = ({ world, params }: ApiCall): CalendarGroup => {
  const group = world.calendarGroups.get(params["id"] ?? "");
  if (group === undefined) throw new Error("the gate let an unknown group through");
  return group;
};
