import { type Contact, DND_CHANNELS, type DndChannel, type DndSetting } from "../world/contacts.ts";

/** The names of the do-not-disturb channels in the dated versions. */
export const DATED_CHANNEL_NAMES = {
  call: "Call",
  email: "Email",
  sms: "SMS",
  whatsApp: "WhatsApp",
  gmb: "GMB",
  fb: "FB",
} as const satisfies Record<DndChannel, string>;

/** A contact's full name, or undefined where it has none. */
export const toFullName = (contact: Contact): string | undefined => {
  const name = [contact.firstName, contact.lastName].filter((part) => part !== undefined).join(" ");
  return name === "" ? undefined : name;
};

/** A contact as `GET /contacts/{id}` and the writes answer it. */
export const presentContact = (contact: Contact, isV3: boolean) => ({
  ...contact,
  followers: contact.followers ?? [],
  name: toFullName(contact),
  emailLowerCase: contact.email,
  firstNameLowerCase: contact.firstName?.toLowerCase(),
  lastNameLowerCase: contact.lastName?.toLowerCase(),
  fullNameLowerCase: toFullName(contact)?.toLowerCase(),
  dndSettings: presentDnd(contact.dndSettings, isV3),
});

/** A contact as searches answer it: without the forms that only serve its own page. */
export const presentFoundContact = (contact: Contact, isV3: boolean) => {
  const { address1, ...rest } = contact;
  return {
    ...rest,
    ...(address1 === undefined ? {} : { address: address1 }),
    contactName: toFullName(contact),
    firstNameLowerCase: contact.firstName?.toLowerCase(),
    lastNameLowerCase: contact.lastName?.toLowerCase(),
    additionalEmails: [],
    additionalPhones: [],
    followers: contact.followers ?? [],
    dndSettings: presentDnd(contact.dndSettings, isV3),
  };
};

/** A contact as the deprecated list answers it. */
export const presentListedContact = (contact: Contact) => ({
  id: contact.id,
  locationId: contact.locationId,
  contactName: toFullName(contact),
  firstName: contact.firstName,
  lastName: contact.lastName,
  email: contact.email,
  phone: contact.phone,
  timezone: contact.timezone,
  country: contact.country,
  source: contact.source,
  dateAdded: contact.dateAdded,
  customFields: contact.customFields,
  tags: contact.tags,
  attributions: [],
  followers: contact.followers ?? [],
  ...(contact.businessId === undefined ? {} : { businessId: contact.businessId }),
});

const presentDnd = (
  settings: Contact["dndSettings"],
  isV3: boolean,
): Readonly<Record<string, DndSetting>> =>
  Object.fromEntries(
    DND_CHANNELS.flatMap((channel) => {
      const setting = settings[channel];
      return setting === undefined
        ? []
        : [[isV3 ? channel : DATED_CHANNEL_NAMES[channel], setting]];
    }),
  );
