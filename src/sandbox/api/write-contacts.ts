import { textOf } from "../gate/fields.ts";
import { answer, type Outcome, type Refusal, refuse } from "../gate/outcome.ts";
import { type ApiCall, LOCATION_CALLERS, LOCATION_IN_BODY, type Route } from "../gate/route.ts";
import type { Contact } from "../world/contacts.ts";
import type { World } from "../world/world.ts";
import { CREATE_FIELDS, readContactBody, UPDATE_FIELDS, UPSERT_FIELDS } from "./contact-body.ts";
import { succeed } from "./answers.ts";
import { contactRecord, getContact } from "./read-contacts.ts";
import { learnTags } from "./contact-tags.ts";
import { findTwin, type Twin } from "./find-twin.ts";
import { presentContact, toFullName } from "./present-contact.ts";

const shared = { versions: "all", scope: "contacts.write", callers: LOCATION_CALLERS } as const;

/** The endpoints that create, change and delete contacts. */
export const writeContactRoutes: readonly Route[] = [
  {
    ...shared,
    method: "POST",
    path: "/contacts/",
    location: LOCATION_IN_BODY,
    body: () => CREATE_FIELDS,
    handle: (call) => createContact(call),
  },
  {
    ...shared,
    method: "POST",
    path: "/contacts/upsert",
    location: LOCATION_IN_BODY,
    body: () => UPSERT_FIELDS,
    handle: (call) => upsertContact(call),
  },
  {
    ...shared,
    method: "PUT",
    path: "/contacts/:id",
    location: contactRecord,
    body: () => UPDATE_FIELDS,
    handle: (call) => updateContact(call),
  },
  {
    ...shared,
    method: "DELETE",
    path: "/contacts/:id",
    location: contactRecord,
    handle: (call) => deleteContact(call),
  },
];

const createContact = (call: ApiCall): Outcome => {
  const { world, body, isV3 } = call;
  const locationId = textOf(body["locationId"]);
  const wanted = readContactBody(body, { world, locationId });
  const twin = findTwin(ofLocation(world, locationId), wanted);
  if (twin !== undefined && !allowsDuplicates(world, locationId)) return refuseTwin(twin);
  const contact = addContact(call, locationId, wanted);
  return answer(201, { contact: presentContact(contact, isV3) });
};

const upsertContact = (call: ApiCall): Outcome => {
  const { world, body, isV3 } = call;
  const locationId = textOf(body["locationId"]);
  const wanted = readContactBody(body, { world, locationId });
  const mayAddTwin =
    body["createNewIfDuplicateAllowed"] === true && allowsDuplicates(world, locationId);
  const twin = mayAddTwin ? undefined : findTwin(ofLocation(world, locationId), wanted);
  const contact =
    twin === undefined
      ? addContact(call, locationId, wanted)
      : changeContact(call, twin.contact, wanted);
  return answer(200, {
    new: twin === undefined,
    contact: presentContact(contact, isV3),
    traceId: call.traceId(),
  });
};

const updateContact = (call: ApiCall): Outcome => {
  const { world, body, isV3 } = call;
  const contact = getContact(call);
  const { locationId } = contact;
  const wanted = readContactBody(body, { world, locationId });
  const twin = findTwin(
    ofLocation(world, locationId).filter(({ id }) => id !== contact.id),
    wanted,
  );
  if (twin !== undefined && !allowsDuplicates(world, locationId)) return refuseTwin(twin);
  const changed = presentContact(changeContact(call, contact, wanted), isV3);
  return answer(200, { [isV3 ? "succeeded" : "succeded"]: true, contact: changed });
};

const deleteContact = ({ world, params, isV3 }: ApiCall): Outcome => {
  const id = params["id"] ?? "";
  world.contacts.delete(id);
  world.enrolments.delete(id);
  const { opportunities, notes, tasks, conversations, messages, events } = world;
  for (const records of [opportunities, notes, tasks, conversations, messages, events]) {
    for (const record of records.values()) {
      if (record.contactId === id) records.delete(record.id);
    }
  }
  return succeed({ isV3 });
};

const addContact = (call: ApiCall, locationId: string, wanted: Partial<Contact>): Contact => {
  const contact: Contact = {
    type: "lead",
    tags: [],
    dnd: false,
    dndSettings: {},
    customFields: [],
    source: "public api",
    country: call.world.locations.find(({ id }) => id === locationId)?.country ?? "US",
    ...wanted,
    id: call.newId(),
    locationId,
    dateAdded: call.now,
    dateUpdated: call.now,
  };
  call.world.contacts.set(contact.id, contact);
  learnTags(call, locationId, contact.tags);
  return contact;
};

const changeContact = (call: ApiCall, contact: Contact, wanted: Partial<Contact>): Contact => {
  const named = new Set(wanted.customFields?.map(({ id }) => id));
  const changed: Contact = {
    ...contact,
    ...wanted,
    customFields: [
      ...contact.customFields.filter(({ id }) => !named.has(id)),
      ...(wanted.customFields ?? []),
    ],
    dndSettings: { ...contact.dndSettings, ...wanted.dndSettings },
    dateUpdated: call.now,
  };
  call.world.contacts.set(contact.id, changed);
  learnTags(call, contact.locationId, changed.tags);
  return changed;
};

const ofLocation = (world: World, locationId: string): Contact[] =>
  [...world.contacts.values()].filter((contact) => contact.locationId === locationId);

const allowsDuplicates = (world: World, locationId: string): boolean =>
  world.locations.find(({ id }) => id === locationId)?.allowDuplicateContact === true;

const refuseTwin = ({ contact, matchingField }: Twin): Refusal =>
  refuse(400, "This location does not allow duplicated contacts.", {
    contactId: contact.id,
    contactName: toFullName(contact) ?? "",
    matchingField,
  });
