import type { Opportunity } from "../world/opportunities.ts";
import type { World } from "../world/world.ts";
import { toFullName } from "./present-contact.ts";

/** An opportunity as every endpoint answers it, with the main facts of its contact. */
export const presentOpportunity = (deal: Opportunity, world: World, isV3: boolean) => {
  const { forecastExpectedCloseDate, forecastProbability, ...rest } = deal;
  const contact = world.contacts.get(deal.contactId);
  return {
    ...rest,
    ...(isV3 ? { forecastExpectedCloseDate, forecastProbability } : {}),
    lastActionDate: deal.updatedAt,
    indexVersion: "1",
    customFields: deal.customFields.map(({ id, value }) => ({ id, fieldValue: value })),
    notes: [],
    tasks: [],
    calendarEvents: [],
    followers: [],
    ...(contact === undefined
      ? {}
      : {
          contact: {
            id: contact.id,
            name: toFullName(contact),
            companyName: contact.companyName,
            email: contact.email,
            phone: contact.phone,
            tags: contact.tags,
          },
        }),
  };
};
