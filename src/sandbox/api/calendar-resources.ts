import { toFieldRules } from "../gate/field-rules.ts";
import { numberOf, textOf } from "../gate/fields.ts";
import { answer, type Outcome } from "../gate/outcome.ts";
import {
  type ApiCall,
  createRouteFamily,
  LOCATION_IN_BODY,
  LOCATION_IN_QUERY,
  type LocationPlace,
  type Route,
} from "../gate/route.ts";
import type { CalendarResource } from "../world/calendars.ts";
import { pickFields, textsOf } from "./field-texts.ts";

const { read, write } = createRouteFamily({
  read: "calendars/resources.readonly",
  write: "calendars/resources.write",
});

const record: LocationPlace = {
  in: "record",
  name: "Resource",
  find: (world, id) => world.resources.get(id),
};

const ALL = "/calendars/resources/:resourceType";
const ONE = `${ALL}/:id` as const;

/** The endpoints of rooms and equipment. */
export const calendarResourceRoutes: readonly Route[] = [
  read(`GET ${ALL}`, {
    location: LOCATION_IN_QUERY,
    query: () => toFieldRules("locationId:string! limit:number! skip:number!"),
    handle: (call) => listResources(call),
  }),
  write(`POST ${ALL}`, {
    location: LOCATION_IN_BODY,
    body: () =>
      toFieldRules(
        `locationId:string! name:string! description:string! quantity:number! outOfService:number!
         capacity:number! calendarIds:strings!`,
      ),
    handle: (call) => createResource(call),
  }),
  read(`GET ${ONE}`, {
    location: record,
    handle: (call) => answer(200, getResource(call)),
  }),
  write(`PUT ${ONE}`, {
    location: record,
    body: () =>
      toFieldRules(
        `locationId:string name:string description:string quantity:number outOfService:number
         capacity:number calendarIds:strings isActive:boolean`,
      ),
    handle: (call) => {
      const names = [
        "name",
        "description",
        "quantity",
        "outOfService",
        "capacity",
        "calendarIds",
        "isActive",
      ];
      const resource: CalendarResource = { ...getResource(call), ...pickFields(call.body, names) };
      call.world.resources.set(resource.id, resource);
      return answer(200, resource);
    },
  }),
  write(`DELETE ${ONE}`, {
    location: record,
    handle: (call) => {
      call.world.resources.delete(getResource(call).id);
      return answer(200, { success: true });
    },
  }),
];

const listResources = ({ world, query, params }: ApiCall): Outcome => {
  const skip = numberOf(query["skip"], 0);
  const found = [...world.resources.values()].filter(
    (resource) =>
      resource.locationId === query["locationId"] &&
      resource.resourceType === params["resourceType"],
  );
  return answer(200, found.slice(skip, skip + numberOf(query["limit"], 20)));
};

const createResource = ({ world, body, params, newId }: ApiCall): Outcome => {
  const resource: CalendarResource = {
    id: newId(),
    locationId: textOf(body["locationId"]),
    resourceType: params["resourceType"] ?? "",
    name: textOf(body["name"]),
    description: textOf(body["description"]),
    quantity: numberOf(body["quantity"], 0),
    outOfService: numberOf(body["outOfService"], 0),
    capacity: numberOf(body["capacity"], 0),
    calendarIds: textsOf(body["calendarIds"]),
    isActive: true,
  };
  world.resources.set(resource.id, resource);
  return answer(201, resource);
};

const getResource = ({ world, params }: ApiCall): CalendarResource => {
  const resource = world.resources.get(params["id"] ?? "");
  if (resource === undefined) throw new Error("the gate let an unknown resource through");
  return resource;
};
