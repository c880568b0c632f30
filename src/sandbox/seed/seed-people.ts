import { toSeededId } from "../world/ids.ts";
import type { Company, Location, User } from "../world/people.ts";
import { LOCATION_PLANS, type LocationPlan } from "./location-plans.ts";

/** The agency of the sandbox. */
export const seedCompany = (seed: number): Company => ({
  id: toSeededId(seed, "company"),
  name: "Lighthouse Growth Partners",
});

/** One location, from its plan. */
export const seedLocation = (seed: number, plan: LocationPlan): Location => ({
  id: toSeededId(seed, `location ${plan.key}`),
  companyId: seedCompany(seed).id,
  name: plan.name,
  address: plan.address,
  city: plan.city,
  state: plan.state,
  country: plan.country,
  postalCode: plan.postalCode,
  website: `https://${plan.key}.example.com`,
  timezone: plan.timezone,
  email: `hello@${plan.key}.example.com`,
  phone: `${plan.phoneRanges[0]?.prefix ?? ""}${"9".repeat(plan.phoneRanges[0]?.digits ?? 0)}`,
  firstName: plan.owner.firstName,
  lastName: plan.owner.lastName,
  allowDuplicateContact: false,
});

interface Staff {
  readonly firstName: string;
  readonly lastName: string;
  readonly type: "agency" | "account";
  readonly role: "admin" | "user";
  /** Keys of location plans. */
  readonly works: readonly string[];
}

const STAFF: readonly Staff[] = [
  {
    firstName: "Rosalind",
    lastName: "Keller",
    type: "agency",
    role: "admin",
    works: ["dental", "home", "estates"],
  },
  {
    firstName: "Theo",
    lastName: "Barnes",
    type: "agency",
    role: "user",
    works: ["dental", "home"],
  },
  { firstName: "Dana", lastName: "Whitfield", type: "account", role: "admin", works: ["dental"] },
  { firstName: "Joel", lastName: "Amari", type: "account", role: "user", works: ["dental"] },
  { firstName: "Curtis", lastName: "Mendoza", type: "account", role: "admin", works: ["home"] },
  { firstName: "Paige", lastName: "Holloway", type: "account", role: "user", works: ["home"] },
  { firstName: "Imogen", lastName: "Finch", type: "account", role: "admin", works: ["estates"] },
  {
    firstName: "Rafael",
    lastName: "Monteiro",
    type: "account",
    role: "user",
    works: ["estates", "home"],
  },
];

/** Everyone who works for the agency and its locations; the first is the agency's owner. */
export const seedUsers = (seed: number): User[] =>
  STAFF.map((person, index) => ({
    id: toSeededId(seed, `user ${person.firstName} ${person.lastName}`),
    companyId: seedCompany(seed).id,
    firstName: person.firstName,
    lastName: person.lastName,
    email: `${person.firstName}.${person.lastName}@lighthouse.example.com`.toLowerCase(),
    phone: `+1202555018${index}`,
    type: person.type,
    role: person.role,
    locationIds: LOCATION_PLANS.filter((plan) => person.works.includes(plan.key)).map(
      (plan) => seedLocation(seed, plan).id,
    ),
  }));
