/**
 * How much harm an operation can do. `critical` covers deletes, messages to people, money,
 * publishing and bulk changes. The same three words are the access levels of a grant and the scopes
 * that MCP clients see: a grant of one level may run every class up to it.
 */
export const ACCESS_LEVELS = ["read", "write", "critical"] as const;

/** The class of an operation and the access level of a grant. */
export type AccessLevel = (typeof ACCESS_LEVELS)[number];

/** Whether a grant of level `granted` may run an operation of class `needed`. */
export const allowsAccess = (granted: AccessLevel, needed: AccessLevel): boolean =>
  ACCESS_LEVELS.indexOf(needed) <= ACCESS_LEVELS.indexOf(granted);

/** The parts of GoHighLevel that a grant can be limited to, in the order in which pages show them. */
export const AREAS = [
  { id: "contacts", label: "Contacts", covers: "people, tags, notes, tasks and companies" },
  { id: "opportunities", label: "Opportunities", covers: "deals, pipelines and stages" },
  { id: "calendars", label: "Calendars", covers: "calendars, free slots and appointments" },
  { id: "conversations", label: "Conversations", covers: "messages, calls and the chat widget" },
  { id: "automation", label: "Automation", covers: "workflows, campaigns, forms and surveys" },
  { id: "marketing", label: "Marketing", covers: "email, social posts, blogs, funnels and ads" },
  { id: "payments", label: "Payments", covers: "invoices, products, orders and the store" },
  { id: "objects", label: "Custom objects", covers: "custom objects, fields and associations" },
  { id: "media", label: "Media", covers: "files, documents and courses" },
  { id: "ai", label: "AI", covers: "voice and conversation agents, knowledge bases" },
  {
    id: "settings",
    label: "Settings",
    covers: "locations, users, custom values and phone numbers",
  },
  { id: "agency", label: "Agency", covers: "companies, snapshots, SaaS plans and the marketplace" },
] as const;

/** The id of an area. */
export type AreaId = (typeof AREAS)[number]["id"];

/** Whether a string names an area. */
export const isAreaId = (value: string): value is AreaId => AREAS.some((area) => area.id === value);

/** Whether a string names an access level. */
export const isAccessLevel = (value: string): value is AccessLevel =>
  (ACCESS_LEVELS as readonly string[]).includes(value);
