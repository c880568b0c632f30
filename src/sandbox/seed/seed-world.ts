import type { World } from "../world/world.ts";
import { LOCATION_PLANS } from "./location-plans.ts";
import { createPrng } from "./prng.ts";
import { seedContacts } from "./seed-contacts.ts";
import { seedOpportunities } from "./seed-opportunities.ts";
import { seedCompany, seedLocation, seedUsers } from "./seed-people.ts";
import {
  seedCustomFields,
  seedCustomValues,
  seedPipelines,
  seedTags,
  seedWorkflows,
} from "./seed-settings.ts";

/** Builds the sample agency: the same seed gives the same world, ids and dates included. */
export const seedWorld = (seed: number): World => {
  const users = seedUsers(seed);
  const parts = LOCATION_PLANS.map((plan, index) => {
    // One generator per location: a change in one plan leaves the other locations as they are.
    const prng = createPrng(seed + index);
    const location = seedLocation(seed, plan);
    const source = { seed, plan, location, prng, users };
    const pipelines = seedPipelines(source);
    const customFields = seedCustomFields(source);
    const contacts = seedContacts({ ...source, customFields });
    return {
      location,
      pipelines,
      customFields,
      contacts,
      workflows: seedWorkflows(source),
      customValues: seedCustomValues(source),
      tags: seedTags(source),
      opportunities: seedOpportunities({ ...source, contacts, pipelines }),
    };
  });
  return {
    company: seedCompany(seed),
    users,
    locations: parts.map((part) => part.location),
    pipelines: parts.flatMap((part) => part.pipelines),
    workflows: parts.flatMap((part) => part.workflows),
    customFields: parts.flatMap((part) => part.customFields),
    customValues: parts.flatMap((part) => part.customValues),
    tags: parts.flatMap((part) => part.tags),
    contacts: new Map(
      parts.flatMap((part) => part.contacts).map((contact) => [contact.id, contact]),
    ),
    opportunities: new Map(
      parts.flatMap((part) => part.opportunities).map((deal) => [deal.id, deal]),
    ),
  };
};
