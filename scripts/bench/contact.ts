/**
 * The ids of the contacts that calls ask for, of the length of GoHighLevel's. Several, so that an answer
 * that belongs to another call is seen.
 */
export const CONTACT_IDS: readonly string[] = Array.from(
  { length: 64 },
  (_, index) => `bench${String(index * 1_234_567).padStart(15, "X")}`,
);

const VISIT = {
  sessionSource: "Paid Search",
  url: "https://copperline-electric.example/panel-upgrades?utm_source=google&utm_medium=cpc",
  campaign: "Panel upgrades, spring",
  utmSource: "google",
  utmMedium: "cpc",
  utmContent: "free estimate",
  referrer: "https://www.google.com/",
  userAgent:
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)",
  medium: "form",
  mediumId: "a6fXq1LpWc0Zr2TnVd4s",
};

/**
 * A contact of 1.7 KB as GoHighLevel answers it, in two halves around the id. Without values of custom
 * fields, whose names would be a second request to GoHighLevel.
 */
export const toContactHalves = (locationId: string): readonly [string, string] => {
  const contact = {
    id: "%",
    locationId,
    firstName: "Maria",
    lastName: "Hughes",
    email: "maria.hughes121@example.net",
    phone: "+13605550184",
    address1: "4120 Larkspur Avenue",
    city: "Vancouver",
    state: "WA",
    postalCode: "98660",
    country: "US",
    timezone: "America/Los_Angeles",
    website: "https://hughes-interiors.example",
    source: "website form",
    type: "customer",
    assignedTo: "eh8E6W06RCOYkHj098oN",
    tags: ["needs follow-up", "estimate sent", "spring campaign"],
    dnd: false,
    dndSettings: { SMS: { status: "permanent", message: "STOP" }, Email: { status: "inactive" } },
    customFields: [],
    attributionSource: VISIT,
    lastAttributionSource: { ...VISIT, sessionSource: "Direct traffic" },
    dateAdded: "2026-10-30T18:38:29.122Z",
    dateUpdated: "2026-10-31T22:05:09.280Z",
    dateOfBirth: "1987-04-12",
    followers: [],
    name: "Maria Hughes",
    emailLowerCase: "maria.hughes121@example.net",
    firstNameLowerCase: "maria",
    lastNameLowerCase: "hughes",
    fullNameLowerCase: "maria hughes",
  };
  const [head = "", tail = ""] = JSON.stringify({
    contact,
    traceId: "2e4acdda-7053-4a30-80e5-57dcf9510403",
  }).split("%");
  return [head, tail];
};
