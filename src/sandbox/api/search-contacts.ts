import { type Fields, textOf } from "../gate/fields.ts";
import { answer, type Outcome, refuse } from "../gate/outcome.ts";
import { type ApiCall, LOCATION_CALLERS, LOCATION_IN_BODY, type Route } from "../gate/route.ts";
import { createContactReader } from "./contact-fields.ts";
import { toTest } from "./filter.ts";
import { matchesWords } from "./find-by-words.ts";
import { toOrder } from "./page-through.ts";
import { presentFoundContact } from "./present-contact.ts";

const MAX_PAGE_LIMIT = 500;
const MAX_QUERY_LENGTH = 75;
/** How deep `page` reaches; beyond it only `searchAfter` does. */
const MAX_DEPTH = 10_000;

const BODY: Fields = {
  locationId: { type: "string", required: true },
  pageLimit: { type: "number", required: true, min: 1, max: MAX_PAGE_LIMIT },
  page: { type: "number", min: 1 },
  searchAfter: { type: "array" },
  query: { type: "string", maxLength: MAX_QUERY_LENGTH },
  filters: { type: "array" },
  sort: { type: "array" },
};

/** `POST /contacts/search`. Its body is absent from the published specs. */
export const searchContactsRoute: Route = {
  method: "POST",
  path: "/contacts/search",
  versions: "all",
  scope: "contacts.readonly",
  callers: LOCATION_CALLERS,
  location: LOCATION_IN_BODY,
  body: () => BODY,
  handle: (call) => searchContacts(call),
};

const searchContacts = ({ body, world, isV3, traceId }: ApiCall): Outcome => {
  const location = world.locations.find(({ id }) => id === body["locationId"]);
  const reader = createContactReader(location);
  const test = toTest(body["filters"], reader);
  if (!test.ok) return refuse(422, test.failure);
  const order = toOrder(body["sort"], reader, { field: "dateAdded", direction: "desc" });
  if (!order.ok) return refuse(422, order.failure);
  const { page, limit, cursor } = readPage(body);
  if (cursor === undefined && page * limit > MAX_DEPTH) {
    return refuse(400, `page reaches no further than ${MAX_DEPTH} records, use searchAfter`);
  }
  const query = textOf(body["query"]);
  const found = [...world.contacts.values()]
    .filter(
      (contact) =>
        contact.locationId === location?.id && matchesWords(contact, query) && test.value(contact),
    )
    .toSorted(order.value.compare);
  const rest =
    cursor === undefined
      ? found.slice((page - 1) * limit)
      : found.filter((contact) => order.value.isAfter(contact, cursor));
  return answer(200, {
    contacts: rest.slice(0, limit).map((contact) => ({
      ...presentFoundContact(contact, isV3),
      searchAfter: order.value.toCursor(contact),
    })),
    total: found.length,
    traceId: traceId(),
  });
};

const readPage = (body: ApiCall["body"]) => {
  const { page, pageLimit, searchAfter } = body;
  return {
    page: typeof page === "number" ? Math.floor(page) : 1,
    limit: typeof pageLimit === "number" ? Math.floor(pageLimit) : 0,
    cursor:
      Array.isArray(searchAfter) && searchAfter.length > 0 ? (searchAfter as unknown[]) : undefined,
  };
};
