import type { Tool } from "../tool.ts";
import { createContact } from "./create-contact.ts";
import { getOAuthStatus } from "./get-oauth-status.ts";
import { getOpportunities } from "./get-opportunities.ts";
import { listLocations } from "./list-locations.ts";
import { searchContacts } from "./search-contacts.ts";

/** Every tool of this server, in the order in which clients see them. */
export const TOOLS: readonly Tool[] = Object.freeze([
  getOAuthStatus,
  listLocations,
  searchContacts,
  createContact,
  getOpportunities,
]);
