import type { FieldReader } from "./filter.ts";
import { type Contact, DND_CHANNELS } from "../world/contacts.ts";
import type { Location } from "../world/people.ts";

const DATE_FIELDS = ["dateAdded", "dateUpdated", "dateOfBirth"];

const toLower = (text: string | undefined): string | undefined => text?.toLowerCase();

const FIELDS: Readonly<Record<string, (contact: Contact) => unknown>> = {
  id: (contact) => contact.id,
  firstNameLowerCase: (contact) => toLower(contact.firstName),
  lastNameLowerCase: (contact) => toLower(contact.lastName),
  email: (contact) => contact.email,
  phone: (contact) => contact.phone,
  tags: (contact) => contact.tags,
  dnd: (contact) => contact.dnd,
  assignedTo: (contact) => contact.assignedTo,
  followers: (contact) => contact.followers,
  businessId: (contact) => contact.businessId,
  source: (contact) => contact.source,
  type: (contact) => contact.type,
  companyName: (contact) => contact.companyName,
  address: (contact) => contact.address1,
  city: (contact) => contact.city,
  state: (contact) => contact.state,
  country: (contact) => contact.country,
  postalCode: (contact) => contact.postalCode,
  website: (contact) => contact.website,
  timezone: (contact) => contact.timezone,
  dateOfBirth: (contact) => contact.dateOfBirth,
  dateAdded: (contact) => contact.dateAdded,
  dateUpdated: (contact) => contact.dateUpdated,
};

const CUSTOM_FIELD = /^customFields\.(\w+)$/;
const DND_STATUS = /^dndSettings\.(\w+)\.status$/;

/** Reads contacts for filters and sorts. Custom fields are named `customFields.<id>`. */
export const createContactReader = (location: Location | undefined): FieldReader<Contact> => ({
  timezone: location?.timezone ?? "UTC",
  isDate: (field) => DATE_FIELDS.includes(field),
  knows: (field) =>
    Object.hasOwn(FIELDS, field) || CUSTOM_FIELD.test(field) || findChannel(field) !== undefined,
  read: (contact, field) => {
    const channel = findChannel(field);
    if (channel !== undefined) return contact.dndSettings[channel]?.status;
    const customFieldId = CUSTOM_FIELD.exec(field)?.[1];
    if (customFieldId === undefined) return FIELDS[field]?.(contact);
    return contact.customFields.find(({ id }) => id === customFieldId)?.value;
  },
});

/** The channel of `dndSettings.Email.status`, in the spelling of either version. */
const findChannel = (field: string) => {
  const name = DND_STATUS.exec(field)?.[1]?.toLowerCase();
  return DND_CHANNELS.find((channel) => channel.toLowerCase() === name);
};
