import { toFieldRules } from "../gate/field-rules.ts";
import { type Fields, isJsonObject, textOf } from "../gate/fields.ts";
import { answer, type Outcome, refuse } from "../gate/outcome.ts";
import { type ApiCall, COMPANY_CALLERS, createRouteFamily, type Route } from "../gate/route.ts";
import type { Location } from "../world/people.ts";
import { isTimezone } from "../world/local-time.ts";
import { notFound } from "./answers.ts";
import { pickFields } from "./field-texts.ts";
import { presentLocation } from "./locations.ts";

const { write } = createRouteFamily(
  { read: "locations.readonly", write: "locations.write" },
  COMPANY_CALLERS,
);
const location = { in: "caller" } as const;

const SHARED: Fields = {
  ...toFieldRules(
    `phone:string companyId:string! address:string city:string state:string postalCode:string
     website:string prospectInfo:object settings:object social:object twilio:object mailgun:object`,
  ),
  country: {
    type: "string",
    check: (value) => (/^[A-Z]{2}$/.test(textOf(value)) ? undefined : "must be a country code"),
  },
  timezone: {
    type: "string",
    check: (value) => (isTimezone(textOf(value)) ? undefined : "must be a valid timezone"),
  },
};

/** The endpoints with which an agency creates, changes and deletes its locations. */
export const manageLocationRoutes: readonly Route[] = [
  write("POST /locations/", {
    location,
    body: () => ({ ...SHARED, ...toFieldRules("name:string! snapshotId:string") }),
    handle: (call) => createLocation(call),
  }),
  write("PUT /locations/:id", {
    location,
    body: () => ({ ...SHARED, ...toFieldRules("name:string snapshot:object") }),
    handle: (call) => updateLocation(call),
  }),
  {
    method: "DELETE",
    path: "/locations/:id",
    versions: "all",
    scope: "locations.internal-access-only",
    callers: COMPANY_CALLERS,
    location,
    query: () => toFieldRules("deleteTwilioAccount:boolean!"),
    handle: (call) => deleteLocation(call),
  },
];

const WRONG_COMPANY = "The token does not have access to this company.";

const createLocation = (call: ApiCall): Outcome => {
  const { world, body, caller } = call;
  if (body["companyId"] !== caller.companyId) return refuse(403, WRONG_COMPANY);
  const made: Location = {
    address: "",
    city: "",
    state: "",
    country: "US",
    postalCode: "",
    website: "",
    timezone: "America/New_York",
    email: "",
    phone: "",
    firstName: "",
    lastName: "",
    allowDuplicateContact: false,
    ...readBody(call),
    name: textOf(body["name"]),
    id: call.newId(),
    companyId: caller.companyId,
  };
  world.locations.push(made);
  world.laterLocationIds.add(made.id);
  return answer(200, presentLocation(made));
};

const updateLocation = (call: ApiCall): Outcome => {
  const { world, body, caller } = call;
  const old = findLocation(call);
  if (old === undefined) return notFound("Location", call.params["id"]);
  if (body["companyId"] !== caller.companyId) return refuse(403, WRONG_COMPANY);
  const changed: Location = { ...old, ...readBody(call) };
  world.locations[world.locations.indexOf(old)] = changed;
  return answer(200, presentLocation(changed));
};

const readBody = ({ body }: ApiCall): Partial<Location> => {
  const { settings, prospectInfo } = body;
  const owner = isJsonObject(prospectInfo) ? prospectInfo : {};
  const allows = isJsonObject(settings) ? settings["allowDuplicateContact"] : undefined;
  return {
    ...pickFields(body, [
      "name",
      "phone",
      "address",
      "city",
      "state",
      "country",
      "postalCode",
      "website",
      "timezone",
    ]),
    ...pickFields(owner, ["firstName", "lastName", "email"]),
    ...(typeof allows === "boolean" ? { allowDuplicateContact: allows } : {}),
  };
};

/** Everything that is of a location goes with it. */
const deleteLocation = (call: ApiCall): Outcome => {
  const { world } = call;
  const old = findLocation(call);
  if (old === undefined) return notFound("Location", call.params["id"]);
  world.locations.splice(world.locations.indexOf(old), 1);
  const { contacts, notes, tasks, opportunities, conversations, messages, calendars, events } =
    world;
  for (const records of [
    contacts,
    notes,
    tasks,
    opportunities,
    conversations,
    messages,
    calendars,
    events,
  ]) {
    for (const record of records.values()) {
      if (record.locationId === old.id) records.delete(record.id);
    }
  }
  return answer(200, { success: true, message: "Location deleted successfully." });
};

const findLocation = ({ world, params, caller }: ApiCall): Location | undefined =>
  world.locations.find(
    ({ id, companyId }) => id === params["id"] && companyId === caller.companyId,
  );
