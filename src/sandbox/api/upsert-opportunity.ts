import { textOf } from "../gate/fields.ts";
import { answer, type Outcome } from "../gate/outcome.ts";
import { type ApiCall, createRouteFamily, LOCATION_IN_BODY, type Route } from "../gate/route.ts";
import type { Opportunity } from "../world/opportunities.ts";
import { notFound } from "./answers.ts";
import { addFollowers, removeFollowers } from "./contact-followers.ts";
import { addOpportunity, changeOpportunity, checkStage, readDeal } from "./opportunities.ts";
import { upsertFields } from "./opportunity-fields.ts";
import { presentOpportunity } from "./present-opportunity.ts";

const { write } = createRouteFamily({
  read: "opportunities.readonly",
  write: "opportunities.write",
});

/**
 * `POST /opportunities/upsert`: changes the deal with the id, else the one of the contact in the
 * pipeline, else adds one. Without a contact it belongs to no one.
 */
export const upsertOpportunityRoute: Route = write("POST /opportunities/upsert", {
  location: LOCATION_IN_BODY,
  body: upsertFields,
  handle: (call) => upsertOpportunity(call),
});

const upsertOpportunity = (call: ApiCall): Outcome => {
  const { world, body, isV3 } = call;
  const locationId = textOf(body["locationId"]);
  const contactId = textOf(body["contactId"]) || undefined;
  if (contactId !== undefined && world.contacts.get(contactId)?.locationId !== locationId) {
    return notFound("Contact", contactId);
  }
  const refusal = checkStage(call, locationId, textOf(body["pipelineId"]));
  if (refusal !== undefined) return refusal;
  const id = textOf(body["id"]);
  const old = findOld(call, contactId);
  if (id !== "" && old === undefined) return notFound("Opportunity", id);
  const deal = old ?? addOpportunity(call, contactId);
  const changed = changeOpportunity(call, deal, {
    ...readDeal(call),
    followers: readFollowers(call, deal),
  });
  return answer(200, {
    opportunity: presentOpportunity(changed, world, isV3),
    new: old === undefined,
    traceId: call.traceId(),
  });
};

const findOld = ({ world, body }: ApiCall, contactId: string | undefined) => {
  const id = textOf(body["id"]);
  const isMeant = (deal: Opportunity): boolean =>
    id === ""
      ? contactId !== undefined &&
        deal.contactId === contactId &&
        deal.pipelineId === body["pipelineId"]
      : deal.id === id;
  return [...world.opportunities.values()].find(
    (deal) => deal.locationId === body["locationId"] && isMeant(deal),
  );
};

const readFollowers = (call: ApiCall, { followers }: Opportunity): string[] => {
  if (call.body["isRemoveAllFollowers"] === true) return [];
  return call.body["followersActionType"] === "remove"
    ? removeFollowers(followers, call).followers
    : addFollowers(followers, call).followers;
};
