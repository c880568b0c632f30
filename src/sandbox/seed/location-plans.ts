/** What the seed puts into one location. */
export interface LocationPlan {
  readonly key: string;
  readonly name: string;
  readonly address: string;
  readonly city: string;
  readonly state: string;
  readonly country: string;
  readonly postalCode: string;
  readonly timezone: string;
  readonly owner: { readonly firstName: string; readonly lastName: string };
  /** Prefix and number of digits to follow, within ranges that are kept for fiction. */
  readonly phoneRanges: readonly { readonly prefix: string; readonly digits: number }[];
  readonly places: readonly {
    readonly city: string;
    readonly state: string;
    readonly postalCode: string;
  }[];
  readonly contacts: number;
  readonly opportunities: number;
  readonly tags: readonly string[];
  readonly pipelines: readonly { readonly name: string; readonly stages: readonly string[] }[];
  readonly workflows: readonly string[];
  readonly customFields: readonly {
    readonly name: string;
    readonly dataType: "TEXT" | "NUMERICAL" | "SINGLE_OPTIONS" | "DATE";
    readonly options?: readonly string[];
  }[];
  /** What a deal is about, for the names of opportunities. */
  readonly deals: readonly { readonly name: string; readonly from: number; readonly to: number }[];
}

const SHARED_TAGS = ["vip", "newsletter", "needs follow-up", "no answer"] as const;

/** The three locations of the sandbox. */
export const LOCATION_PLANS: readonly LocationPlan[] = [
  {
    key: "dental",
    name: "Harbor Street Dental",
    address: "418 Harbor Street",
    city: "Portland",
    state: "OR",
    country: "US",
    postalCode: "97204",
    timezone: "America/Los_Angeles",
    owner: { firstName: "Dana", lastName: "Whitfield" },
    phoneRanges: [
      { prefix: "+150355501", digits: 2 },
      { prefix: "+197155501", digits: 2 },
      { prefix: "+136055501", digits: 2 },
    ],
    places: [
      { city: "Portland", state: "OR", postalCode: "97209" },
      { city: "Beaverton", state: "OR", postalCode: "97005" },
      { city: "Vancouver", state: "WA", postalCode: "98660" },
    ],
    contacts: 130,
    opportunities: 30,
    tags: [...SHARED_TAGS, "new patient", "whitening", "insurance"],
    pipelines: [
      {
        name: "New patients",
        stages: ["Enquiry", "Consultation booked", "Treatment plan", "Accepted"],
      },
      { name: "Cosmetic work", stages: ["Enquiry", "Quote sent", "Deposit paid"] },
    ],
    workflows: [
      "New patient welcome",
      "Appointment reminder",
      "Six-month recall",
      "Review request",
    ],
    customFields: [
      { name: "Insurance provider", dataType: "TEXT" },
      {
        name: "Preferred dentist",
        dataType: "SINGLE_OPTIONS",
        options: ["Dr Whitfield", "Dr Amari"],
      },
      { name: "Last visit", dataType: "DATE" },
    ],
    deals: [
      { name: "Whitening", from: 250, to: 600 },
      { name: "Implant", from: 1800, to: 4200 },
      { name: "Clear aligners", from: 2400, to: 5600 },
      { name: "New patient exam", from: 90, to: 220 },
    ],
  },
  {
    key: "home",
    name: "Bluebonnet Home Services",
    address: "2207 Ladera Road",
    city: "Austin",
    state: "TX",
    country: "US",
    postalCode: "78704",
    timezone: "America/Chicago",
    owner: { firstName: "Curtis", lastName: "Mendoza" },
    phoneRanges: [
      { prefix: "+151255501", digits: 2 },
      { prefix: "+173755501", digits: 2 },
      { prefix: "+121055501", digits: 2 },
    ],
    places: [
      { city: "Austin", state: "TX", postalCode: "78745" },
      { city: "Round Rock", state: "TX", postalCode: "78664" },
      { city: "San Marcos", state: "TX", postalCode: "78666" },
    ],
    contacts: 110,
    opportunities: 26,
    tags: [...SHARED_TAGS, "homeowner", "emergency call", "maintenance plan"],
    pipelines: [
      { name: "Repairs", stages: ["Call taken", "Visit booked", "Quote sent", "Job done"] },
      { name: "Installations", stages: ["Site survey", "Proposal", "Contract signed"] },
    ],
    workflows: ["Missed call text back", "Quote follow-up", "Seasonal check-up"],
    customFields: [
      { name: "Property type", dataType: "SINGLE_OPTIONS", options: ["House", "Condo", "Office"] },
      { name: "Square feet", dataType: "NUMERICAL" },
    ],
    deals: [
      { name: "Air conditioner repair", from: 180, to: 900 },
      { name: "Water heater", from: 950, to: 2600 },
      { name: "Roof inspection", from: 150, to: 400 },
      { name: "Full rewiring", from: 6000, to: 14_000 },
    ],
  },
  {
    key: "estates",
    name: "Marlowe & Finch Estates",
    address: "12 Bishop's Row",
    city: "London",
    state: "England",
    country: "GB",
    postalCode: "EC1Y 8SY",
    timezone: "Europe/London",
    owner: { firstName: "Imogen", lastName: "Finch" },
    phoneRanges: [
      { prefix: "+442079460", digits: 3 },
      { prefix: "+447700900", digits: 3 },
    ],
    places: [
      { city: "London", state: "England", postalCode: "N1 7AA" },
      { city: "Brighton", state: "England", postalCode: "BN1 1AE" },
      { city: "Guildford", state: "England", postalCode: "GU1 3AA" },
    ],
    contacts: 100,
    opportunities: 24,
    tags: [...SHARED_TAGS, "buyer", "landlord", "viewing booked"],
    pipelines: [
      { name: "Sales", stages: ["Valuation", "Listed", "Offer accepted", "Exchanged"] },
      { name: "Lettings", stages: ["Enquiry", "Viewing", "References", "Let agreed"] },
    ],
    workflows: ["Viewing confirmation", "Valuation follow-up", "Tenancy renewal"],
    customFields: [
      { name: "Budget", dataType: "NUMERICAL" },
      { name: "Preferred area", dataType: "TEXT" },
    ],
    deals: [
      { name: "Two-bed flat", from: 3200, to: 7800 },
      { name: "Terraced house", from: 6500, to: 12_500 },
      { name: "Lettings management", from: 900, to: 2400 },
    ],
  },
];
