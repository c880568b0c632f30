import { toSeededId } from "../world/ids.ts";
import type { Contact } from "../world/contacts.ts";
import {
  type LostReason,
  type Opportunity,
  OPPORTUNITY_STATUSES,
  type Pipeline,
} from "../world/opportunities.ts";
import type { LocationPlan } from "./location-plans.ts";
import type { Prng } from "./prng.ts";
import { daysBefore } from "./reference-date.ts";

/** What the opportunities of a location are made from. */
export interface OpportunitySource {
  readonly seed: number;
  readonly plan: LocationPlan;
  readonly contacts: readonly Contact[];
  readonly pipelines: readonly Pipeline[];
  readonly prng: Prng;
}

/** The opportunities of a location, each of one of its contacts and in one of its pipelines. */
export const seedOpportunities = (source: OpportunitySource): Opportunity[] =>
  Array.from({ length: source.plan.opportunities }, (_, index) => seedOpportunity(source, index));

const seedOpportunity = (source: OpportunitySource, index: number): Opportunity => {
  const { prng, plan } = source;
  const contact = prng.pick(source.contacts);
  // Taking the pipelines in turn leaves none of them empty.
  const pipeline = source.pipelines[index % source.pipelines.length] ?? prng.pick(source.pipelines);
  const deal = prng.pick(plan.deals);
  const status = prng.chance(0.55) ? "open" : prng.pick(OPPORTUNITY_STATUSES);
  const addedAt = Date.parse(contact.dateAdded);
  const createdAt = daysBefore(addedAt, -prng.next());
  const changedAt = daysBefore(addedAt, -1 - prng.next() * 20);
  return {
    id: toSeededId(source.seed, `opportunity ${plan.key} ${index}`),
    locationId: contact.locationId,
    contactId: contact.id,
    pipelineId: pipeline.id,
    pipelineStageId: prng.pick(pipeline.stages).id,
    name: `${deal.name} for ${contact.firstName ?? ""} ${contact.lastName ?? ""}`.trim(),
    status,
    monetaryValue: prng.int(deal.from / 10, deal.to / 10) * 10,
    ...(contact.source === undefined ? {} : { source: contact.source }),
    ...(contact.assignedTo === undefined ? {} : { assignedTo: contact.assignedTo }),
    customFields: [],
    createdAt,
    updatedAt: changedAt,
    lastStatusChangeAt: status === "open" ? createdAt : changedAt,
    lastStageChangeAt: changedAt,
  };
};

/** Gives every lost deal one of the location's reasons, in turn. */
export const explainLosses = (
  deals: readonly Opportunity[],
  reasons: readonly LostReason[],
): Opportunity[] =>
  deals.map((deal, index) => {
    const reason = reasons[index % reasons.length];
    return deal.status === "lost" && reason !== undefined
      ? { ...deal, lostReasonId: reason.id }
      : deal;
  });

/** Takes the contact from the last deal: some belong to no one. */
export const orphanLast = (deals: readonly Opportunity[]): Opportunity[] =>
  deals.map((deal, index) => {
    const { contactId: _contactId, ...rest } = deal;
    return index === deals.length - 1 ? rest : deal;
  });
