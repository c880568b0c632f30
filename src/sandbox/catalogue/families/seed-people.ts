import { toSeededId } from "../../world/ids.ts";
import type { Contact } from "../../world/contacts.ts";
import type { SeedContext } from "../family.ts";

/** A contact of the location, for the record with this place; the same one every time. */
export const contactAt = (
  { world, locationId }: SeedContext,
  index: number,
): Contact | undefined => {
  const contacts = [...world.contacts.values()].filter((one) => one.locationId === locationId);
  return contacts[(index * 7) % Math.max(contacts.length, 1)];
};

/** How a contact is called in other records. */
export const contactName = (contact: Contact | undefined): string =>
  [contact?.firstName, contact?.lastName].filter((part) => part !== undefined).join(" ");

/** The id that the seed with this place in a collection gets (record-store.ts). */
export const seedIdAt = (
  { seed, locationId, companyId }: SeedContext,
  path: string,
  index: number,
): string => toSeededId(seed, `${locationId ?? companyId} ${path} ${index}`);

/** `count` records, made by their place. */
export const times = <Item>(count: number, make: (index: number) => Item): readonly Item[] =>
  Array.from({ length: count }, (_, index) => make(index));
