import type { Tool } from "../tool.ts";
import { createContact } from "./create-contact.ts";
import { criticalOperation } from "./critical-operation.ts";
import { describeOperation } from "./describe-operation.ts";
import { getOAuthStatus } from "./get-oauth-status.ts";
import { getOpportunities } from "./get-opportunities.ts";
import { listLocations } from "./list-locations.ts";
import { readOperation } from "./read-operation.ts";
import { searchContacts } from "./search-contacts.ts";
import { searchOperations } from "./search-operations.ts";
import { sendMessage } from "./send-message.ts";
import { writeOperation } from "./write-operation.ts";

/** Every tool of this server, in the order in which clients see them. */
export const TOOLS: readonly Tool[] = Object.freeze([
  getOAuthStatus,
  listLocations,
  searchContacts,
  createContact,
  getOpportunities,
  sendMessage,
  searchOperations,
  describeOperation,
  readOperation,
  writeOperation,
  criticalOperation,
]);
