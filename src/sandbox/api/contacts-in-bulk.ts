import { toFieldRules } from "../gate/field-rules.ts";
import { textOf } from "../gate/fields.ts";
import { answer, type Outcome, refuse } from "../gate/outcome.ts";
import {
  type ApiCall,
  LOCATION_CALLERS,
  LOCATION_IN_BODY,
  LOCATION_IN_QUERY,
  type Route,
} from "../gate/route.ts";
import type { Contact } from "../world/contacts.ts";
import { normalizeTags } from "./contact-body.ts";
import { learnTags } from "./contact-tags.ts";
import { textsOf } from "./field-texts.ts";
import { matchesWords } from "./find-by-words.ts";
import { presentListedContact } from "./present-contact.ts";

const MAX_LIMIT = 100;

// The specs name no scope for the two that write.
const bulk = { method: "POST", versions: "all", callers: LOCATION_CALLERS } as const;

/** The endpoints that work on many contacts, and those about the business that contacts belong to. */
export const contactsInBulkRoutes: readonly Route[] = [
  {
    ...bulk,
    path: "/contacts/bulk/tags/update/:type",
    location: LOCATION_IN_BODY,
    body: () =>
      toFieldRules("contacts:strings! tags:strings! locationId:string! removeAllTags:boolean"),
    handle: (call) => updateTags(call),
  },
  {
    ...bulk,
    path: "/contacts/bulk/business",
    location: LOCATION_IN_BODY,
    // A `businessId` of null takes the contacts out of theirs.
    body: () => toFieldRules("locationId:string! ids:strings! businessId:string"),
    handle: (call) => linkBusiness(call),
  },
  {
    method: "GET",
    path: "/contacts/business/:businessId",
    versions: "all",
    scope: "contacts.readonly",
    callers: LOCATION_CALLERS,
    location: LOCATION_IN_QUERY,
    query: (isV3) =>
      toFieldRules(
        `limit:number locationId:string! skip:number query:string ${isV3 ? "startAfter:any" : ""}`,
      ),
    handle: (call) => listOfBusiness(call),
  },
];

const updateTags = (call: ApiCall): Outcome => {
  const { world, params, body, isV3, now } = call;
  const { type } = params;
  if (type !== "add" && type !== "remove") {
    return refuse(422, ["type must be one of the following values: add, remove"]);
  }
  const given = normalizeTags(textsOf(body["tags"]));
  const ids = textsOf(body["contacts"]);
  const found = ids.flatMap((id) => findContact(call, id) ?? []);
  for (const contact of found) {
    const old = type === "remove" && body["removeAllTags"] === true ? [] : contact.tags;
    const tags =
      type === "add" ? [...new Set([...old, ...given])] : old.filter((tag) => !given.includes(tag));
    world.contacts.set(contact.id, { ...contact, tags, dateUpdated: now });
  }
  if (type === "add") learnTags(call, textOf(body["locationId"]), given);
  const errorCount = ids.length - found.length;
  return answer(201, {
    succeded: errorCount === 0,
    ...(isV3 ? { succeeded: errorCount === 0 } : {}),
    errorCount,
    responses: found.map(({ id }) => id),
  });
};

const linkBusiness = (call: ApiCall): Outcome => {
  const { world, body, now } = call;
  const { businessId } = body;
  if (businessId === undefined) return refuse(422, ["businessId should not be empty"]);
  const found = textsOf(body["ids"]).flatMap((id) => findContact(call, id) ?? []);
  for (const contact of found) {
    const { businessId: _, ...rest } = contact;
    world.contacts.set(contact.id, {
      ...rest,
      ...(typeof businessId === "string" && businessId !== "" ? { businessId } : {}),
      dateUpdated: now,
    });
  }
  return answer(200, { success: true, ids: found.map(({ id }) => id) });
};

const findContact = ({ world, body }: ApiCall, id: string): Contact | undefined => {
  const contact = world.contacts.get(id);
  return contact?.locationId === body["locationId"] ? contact : undefined;
};

const listOfBusiness = ({ world, params, query, traceId }: ApiCall): Outcome => {
  const limit = typeof query["limit"] === "number" ? query["limit"] : 25;
  const skip = typeof query["skip"] === "number" ? query["skip"] : 0;
  if (limit > MAX_LIMIT) return refuse(422, [`limit must not be greater than ${MAX_LIMIT}`]);
  const found = [...world.contacts.values()].filter(
    (contact) =>
      contact.locationId === query["locationId"] &&
      contact.businessId === params["businessId"] &&
      matchesWords(contact, textOf(query["query"])),
  );
  return answer(200, {
    contacts: found.slice(skip, skip + limit).map(presentListedContact),
    count: found.length,
    traceId: traceId(),
  });
};
