import type { Opportunity } from "../world/opportunities.ts";
import type { World } from "../world/world.ts";
import { presentEvent } from "./calendar-events.ts";
import { toFullName } from "./present-contact.ts";

/** An opportunity as every endpoint answers it, with the main facts of its contact. */
export const presentOpportunity = (deal: Opportunity, world: World, isV3: boolean) => {
  const { forecastExpectedCloseDate, forecastProbability, ...rest } = deal;
  const contact = world.contacts.get(deal.contactId ?? "");
  return {
    ...rest,
    ...(isV3 ? { forecastExpectedCloseDate, forecastProbability } : {}),
    lastActionDate: deal.updatedAt,
    indexVersion: "1",
    customFields: deal.customFields.map(({ id, value }) => ({ id, fieldValue: value })),
    notes: [],
    tasks: [],
    calendarEvents: [],
    followers: deal.followers ?? [],
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

/** What a search was asked to add to every opportunity. */
export interface DealDetails {
  readonly notes: boolean;
  readonly tasks: boolean;
  readonly calendarEvents: boolean;
}

/** The notes, tasks and appointments of an opportunity's contact, as far as they were asked for. */
export const presentDetails = (deal: Opportunity, world: World, asked: DealDetails) => {
  const ofContact = <Item extends { readonly contactId?: string }>(
    isAsked: boolean,
    items: ReadonlyMap<string, Item>,
  ): Item[] =>
    isAsked && deal.contactId !== undefined
      ? [...items.values()].filter(({ contactId }) => contactId === deal.contactId)
      : [];
  return {
    notes: ofContact(asked.notes, world.notes),
    tasks: ofContact(asked.tasks, world.tasks),
    calendarEvents: ofContact(asked.calendarEvents, world.events).map((event) =>
      presentEvent({ world }, event),
    ),
  };
};
