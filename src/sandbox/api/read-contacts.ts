import { toFieldRules } from "../gate/field-rules.ts";
import { textOf, numberOf } from "../gate/fields.ts";
import { answer, type Outcome, refuse } from "../gate/outcome.ts";
import {
  type ApiCall,
  LOCATION_CALLERS,
  LOCATION_IN_QUERY,
  type LocationPlace,
  type Route,
} from "../gate/route.ts";
import type { Contact } from "../world/contacts.ts";
import { matchesWords } from "./find-by-words.ts";
import { findTwin } from "./find-twin.ts";
import { normalizePhone } from "./phone.ts";
import { presentContact, presentListedContact } from "./present-contact.ts";

/** The contact that a path names, for the check of its location. */
export const contactRecord: LocationPlace = {
  in: "record",
  name: "Contact",
  find: (world, id) => world.contacts.get(id),
};

/** The contact of a call that has passed {@link contactRecord}. */
export const getContact = ({ world, params }: Pick<ApiCall, "world" | "params">): Contact => {
  const contact = world.contacts.get(params["id"] ?? "");
  if (contact === undefined) throw new Error("the gate let a call for an unknown contact through");
  return contact;
};

const shared = { method: "GET", scope: "contacts.readonly", callers: LOCATION_CALLERS } as const;

/** The endpoints that read contacts, except the search. */
export const readContactRoutes: readonly Route[] = [
  {
    ...shared,
    path: "/contacts/search/duplicate",
    versions: "all",
    location: LOCATION_IN_QUERY,
    query: () => toFieldRules("locationId:string! number:string email:string"),
    handle: (call) => findDuplicate(call),
  },
  {
    ...shared,
    path: "/contacts/",
    versions: "dated",
    location: LOCATION_IN_QUERY,
    query: () =>
      toFieldRules(
        "locationId:string! startAfterId:string startAfter:number query:string limit:number",
      ),
    handle: (call) => listContacts(call),
  },
  {
    ...shared,
    path: "/contacts/:id",
    versions: "all",
    location: contactRecord,
    handle: (call) =>
      answer(200, {
        contact: presentContact(getContact(call), call.isV3),
        traceId: call.traceId(),
      }),
  },
];

const findDuplicate = ({ world, query, isV3, traceId }: ApiCall): Outcome => {
  const { locationId, number, email } = query;
  if (typeof number !== "string" && typeof email !== "string") {
    return refuse(422, ["number or email should not be empty"]);
  }
  const candidates = [...world.contacts.values()].filter(
    (contact) => contact.locationId === locationId,
  );
  const country = world.locations.find(({ id }) => id === locationId)?.country;
  const twin = findTwin(candidates, {
    ...(typeof email === "string" ? { email: email.toLowerCase() } : {}),
    ...(typeof number === "string" ? { phone: normalizePhone(number, country) } : {}),
  });
  const contact = twin === undefined ? null : presentContact(twin.contact, isV3);
  return answer(200, { contact, traceId: traceId() });
};

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;

/** Newest first; `startAfter` (milliseconds) and `startAfterId` name the last contact already seen. */
const listContacts = ({ world, query, url, traceId }: ApiCall): Outcome => {
  const { locationId, startAfter, startAfterId } = query;
  const limit = numberOf(query["limit"], DEFAULT_LIMIT);
  if (limit < 1 || limit > MAX_LIMIT)
    return refuse(422, [`limit must not be greater than ${MAX_LIMIT}`]);
  const found = [...world.contacts.values()]
    .filter(
      (contact) =>
        contact.locationId === locationId && matchesWords(contact, textOf(query["query"])),
    )
    .map((contact) => ({ contact, addedAt: Date.parse(contact.dateAdded) }))
    .toSorted(
      (left, right) => right.addedAt - left.addedAt || compare(left.contact.id, right.contact.id),
    );
  const rest = found.filter(
    ({ contact, addedAt }) =>
      typeof startAfter !== "number" ||
      addedAt < startAfter ||
      (addedAt === startAfter && compare(contact.id, textOf(startAfterId)) > 0),
  );
  const page = rest.slice(0, limit);
  const last = rest.length > limit ? page.at(-1) : undefined;
  return answer(200, {
    contacts: page.map(({ contact }) => presentListedContact(contact)),
    count: found.length,
    meta: {
      total: found.length,
      ...(last === undefined ? {} : toNextPage({ url, query, limit }, last)),
    },
    traceId: traceId(),
  });
};

const toNextPage = (
  {
    url,
    query,
    limit,
  }: { readonly url: string; readonly query: ApiCall["query"]; readonly limit: number },
  last: { readonly contact: { readonly id: string }; readonly addedAt: number },
) => {
  const next = new URLSearchParams({
    locationId: textOf(query["locationId"]),
    ...(query["query"] === undefined ? {} : { query: textOf(query["query"]) }),
    limit: String(limit),
    startAfter: String(last.addedAt),
    startAfterId: last.contact.id,
  });
  return {
    startAfter: last.addedAt,
    startAfterId: last.contact.id,
    nextPageUrl: `${url}?${next.toString()}`,
  };
};

const compare = (left: string, right: string): number => {
  if (left === right) return 0;
  return left < right ? -1 : 1;
};
