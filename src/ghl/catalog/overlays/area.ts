import type { AreaId } from "../../../core/access.ts";

/** The area of each app of the catalogue. */
const APP_AREAS: Readonly<Record<string, AreaId>> = {
  "ad-manager": "marketing",
  "ad-publishing": "marketing",
  "affiliate-manager": "marketing",
  "agent-studio": "ai",
  associations: "objects",
  blogs: "marketing",
  "brand-boards": "marketing",
  businesses: "contacts",
  calendars: "calendars",
  campaigns: "automation",
  "chat-widget": "conversations",
  companies: "agency",
  contacts: "contacts",
  "conversation-ai": "ai",
  conversations: "conversations",
  courses: "media",
  "custom-fields": "objects",
  "custom-menus": "agency",
  "email-isv": "marketing",
  emails: "marketing",
  forms: "automation",
  funnels: "marketing",
  invoices: "payments",
  "knowledge-base": "ai",
  links: "marketing",
  locations: "settings",
  marketplace: "agency",
  medias: "media",
  oauth: "agency",
  objects: "objects",
  opportunities: "opportunities",
  payments: "payments",
  "phone-system": "settings",
  products: "payments",
  proposals: "media",
  saas: "agency",
  "saas-api": "agency",
  snapshots: "agency",
  "social-media-posting": "marketing",
  "social-planner": "marketing",
  store: "payments",
  surveys: "automation",
  users: "settings",
  "voice-ai": "ai",
  workflows: "automation",
};

/** Operations that sit in an app of another area: what they touch decides. */
const OPERATION_AREAS: Readonly<Record<string, AreaId>> = {
  // People's tags and tasks, kept under the location's path.
  "locations.get-location-tags": "contacts",
  "locations.create-tag": "contacts",
  "locations.get-tag-by-id": "contacts",
  "locations.update-tag": "contacts",
  "locations.delete-tag": "contacts",
  "locations.task-search": "contacts",
  "locations.create-recurring-task": "contacts",
  "locations.get-recurring-task-by-id": "contacts",
  "locations.update-recurring-task": "contacts",
  "locations.delete-recurring-task": "contacts",
  // Fields of contacts and deals.
  "locations.get-custom-fields": "objects",
  "locations.create-custom-field": "objects",
  "locations.get-custom-field": "objects",
  "locations.update-custom-field": "objects",
  "locations.delete-custom-field": "objects",
  "locations.upload-file-customFields": "objects",
  // Sub-accounts themselves: an agency's business.
  "locations.create-location": "agency",
  "locations.put-location": "agency",
  "locations.delete-location": "agency",
  "locations.get-location-permissions": "agency",
  "locations.update-location-permissions": "agency",
};

/** The area of an operation; undefined for an app that nobody mapped, which a test forbids. */
export const findArea = (id: string, app: string): AreaId | undefined =>
  OPERATION_AREAS[id] ?? APP_AREAS[app];

/**
 * The operations with an area of their own, for the test that each of them exists.
 *
 * @internal
 */
export const operationsWithOwnArea: readonly string[] = Object.keys(OPERATION_AREAS);
