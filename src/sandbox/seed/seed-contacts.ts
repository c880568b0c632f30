import { toSeededId } from "../world/ids.ts";
import type { Contact } from "../world/contacts.ts";
import type { Location, User } from "../world/people.ts";
import type { CustomField, CustomFieldValue } from "../world/settings.ts";
import type { LocationPlan } from "./location-plans.ts";
import { COMPANY_NAMES, EMAIL_DOMAINS, FIRST_NAMES, LAST_NAMES, SOURCES } from "./names.ts";
import type { Prng } from "./prng.ts";
import { daysBefore, REFERENCE_DATE } from "./reference-date.ts";

/** What the contacts of a location are made from. */
export interface ContactSource {
  readonly seed: number;
  readonly plan: LocationPlan;
  readonly location: Location;
  readonly users: readonly User[];
  readonly customFields: readonly CustomField[];
  readonly prng: Prng;
}

const YEAR_DAYS = 365;

/** The contacts of a location. No two share an email address or a phone number. */
export const seedContacts = (source: ContactSource): Contact[] => {
  const phones = phoneNumbers(source);
  return Array.from({ length: source.plan.contacts }, (_, index) =>
    seedContact(source, index, phones[index]),
  );
};

const seedContact = (source: ContactSource, index: number, phone: string | undefined): Contact => {
  const { prng, plan, location } = source;
  const firstName = prng.pick(FIRST_NAMES);
  const lastName = prng.pick(LAST_NAMES);
  const email = `${toMailbox(firstName)}.${toMailbox(lastName)}${index + 1}@${prng.pick(EMAIL_DOMAINS)}`;
  const place = prng.pick(plan.places);
  const age = prng.next() * YEAR_DAYS;
  // Everyone can be reached in one way at least.
  const reach = prng.pick(["both", "both", "both", "both", "both", "email", "phone"] as const);
  const staff = source.users.filter((user) => user.locationIds.includes(location.id));
  return {
    id: toSeededId(source.seed, `contact ${plan.key} ${index}`),
    locationId: location.id,
    firstName,
    lastName,
    ...(reach === "phone" ? {} : { email }),
    ...(reach === "email" || phone === undefined ? {} : { phone }),
    ...(prng.chance(0.2) ? { companyName: prng.pick(COMPANY_NAMES) } : {}),
    ...(prng.chance(0.6)
      ? { address1: `${prng.int(1, 240)} ${prng.pick(LAST_NAMES)} Street` }
      : {}),
    city: place.city,
    state: place.state,
    postalCode: place.postalCode,
    country: location.country,
    timezone: location.timezone,
    ...(prng.chance(0.3) ? { dateOfBirth: dateOfBirth(prng) } : {}),
    source: prng.pick(SOURCES),
    type: prng.chance(0.3) ? "customer" : "lead",
    ...(prng.chance(0.7) ? { assignedTo: prng.pick(staff).id } : {}),
    tags: prng.sample(plan.tags, prng.int(0, 3)),
    ...doNotDisturb(prng),
    customFields: source.customFields
      .filter((field) => field.model === "contact" && prng.chance(0.5))
      .map((field) => customFieldValue(field, prng)),
    dateAdded: daysBefore(REFERENCE_DATE, age),
    dateUpdated: daysBefore(REFERENCE_DATE, prng.next() * age),
  };
};

const phoneNumbers = ({ plan, prng }: ContactSource): string[] => {
  const all = plan.phoneRanges.flatMap(({ prefix, digits }) =>
    Array.from(
      { length: 10 ** digits - 1 },
      (_, number) => `${prefix}${String(number).padStart(digits, "0")}`,
    ),
  );
  return prng.sample(all, plan.contacts);
};

const toMailbox = (name: string): string =>
  name
    .normalize("NFD")
    .replaceAll(/[^A-Za-z]/g, "")
    .toLowerCase();

const dateOfBirth = (prng: Prng): string =>
  new Date(Date.UTC(prng.int(1948, 2004), prng.int(0, 11), prng.int(1, 28)))
    .toISOString()
    .slice(0, 10);

const doNotDisturb = (prng: Prng): Pick<Contact, "dnd" | "dndSettings"> => {
  const roll = prng.next();
  if (roll < 0.04) return { dnd: true, dndSettings: {} };
  if (roll < 0.1) return { dnd: false, dndSettings: { email: { status: "active" } } };
  if (roll < 0.15)
    return { dnd: false, dndSettings: { sms: { status: "permanent", message: "STOP" } } };
  return { dnd: false, dndSettings: {} };
};

const customFieldValue = (field: CustomField, prng: Prng): CustomFieldValue => {
  if (field.picklistOptions !== undefined) {
    return { id: field.id, value: prng.pick(field.picklistOptions) };
  }
  if (field.dataType === "NUMERICAL") return { id: field.id, value: prng.int(4, 90) * 100 };
  if (field.dataType === "DATE") {
    return { id: field.id, value: daysBefore(REFERENCE_DATE, prng.int(1, YEAR_DAYS)).slice(0, 10) };
  }
  return { id: field.id, value: prng.pick(COMPANY_NAMES) };
};
