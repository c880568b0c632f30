import { toFieldRules } from "../gate/field-rules.ts";
import { type Fields, isJsonObject, textOf } from "../gate/fields.ts";
import { answer, type Outcome, refuse } from "../gate/outcome.ts";
import { type ApiCall, LOCATION_CALLERS, LOCATION_IN_BODY, type Route } from "../gate/route.ts";
import type { Contact } from "../world/contacts.ts";
import type { Opportunity } from "../world/opportunities.ts";
import type { World } from "../world/world.ts";
import { toTest } from "./filter.ts";
import { matchesWords } from "./find-by-words.ts";
import { createOpportunityReader } from "./opportunity-fields.ts";
import { toOrder } from "./page-through.ts";
import { type DealDetails, presentDetails, presentOpportunity } from "./present-opportunity.ts";

const MAX_LIMIT = 500;

const BODY: Fields = {
  ...toFieldRules(
    "locationId:string! query:string page:number searchAfter:array filters:array sort:array additionalDetails:object",
  ),
  limit: { type: "number", min: 1, max: MAX_LIMIT },
};

/** `POST /opportunities/search`. The specs demand every field and leave out the filters. */
export const searchOpportunitiesRoute: Route = {
  method: "POST",
  path: "/opportunities/search",
  versions: "all",
  scope: "opportunities.readonly",
  callers: LOCATION_CALLERS,
  location: LOCATION_IN_BODY,
  body: () => BODY,
  handle: (call) => searchOpportunities(call),
};

const searchOpportunities = ({ body, world, isV3, traceId }: ApiCall): Outcome => {
  const location = world.locations.find(({ id }) => id === body["locationId"]);
  const reader = createOpportunityReader(location?.timezone ?? "UTC");
  const test = toTest(body["filters"], reader);
  if (!test.ok) return refuse(422, test.failure);
  const order = toOrder(body["sort"], reader, { field: "createdAt", direction: "desc" });
  if (!order.ok) return refuse(422, order.failure);
  const limit = typeof body["limit"] === "number" ? Math.floor(body["limit"]) : 20;
  const page = typeof body["page"] === "number" ? Math.max(1, Math.floor(body["page"])) : 1;
  const { searchAfter } = body;
  const cursor =
    Array.isArray(searchAfter) && searchAfter.length > 0 ? (searchAfter as unknown[]) : undefined;
  const found = [...world.opportunities.values()]
    .filter(
      (deal) =>
        deal.locationId === location?.id &&
        matchesDeal(world, deal, textOf(body["query"])) &&
        test.value(deal),
    )
    .toSorted(order.value.compare);
  const rest =
    cursor === undefined
      ? found.slice((page - 1) * limit)
      : found.filter((deal) => order.value.isAfter(deal, cursor));
  return answer(200, {
    opportunities: rest.slice(0, limit).map((deal) => ({
      ...presentOpportunity(deal, world, isV3),
      ...presentDetails(deal, world, readDetails(body["additionalDetails"])),
      sort: order.value.toCursor(deal),
    })),
    total: found.length,
    traceId: traceId(),
  });
};

const readDetails = (value: unknown): DealDetails => {
  const asked = isJsonObject(value) ? value : {};
  return {
    notes: asked["notes"] === true,
    tasks: asked["tasks"] === true,
    calendarEvents: asked["calendarEvents"] === true,
  };
};

/** The contact of an opportunity; undefined: it belongs to no one. */
export const contactOf = (world: World, { contactId }: Opportunity): Contact | undefined =>
  contactId === undefined ? undefined : world.contacts.get(contactId);

/** Whether an opportunity, or its contact, matches the free text of a search. */
export const matchesDeal = (world: World, deal: Opportunity, query: string): boolean => {
  const contact = contactOf(world, deal);
  return (
    deal.name.toLowerCase().includes(query.trim().toLowerCase()) ||
    (contact !== undefined && matchesWords(contact, query))
  );
};
