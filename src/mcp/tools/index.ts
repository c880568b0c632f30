import type { Tool } from "../tool.ts";
import { bookAppointment } from "./book-appointment.ts";
import { createContact } from "./create-contact.ts";
import { criticalOperation } from "./critical-operation.ts";
import { describeOperation } from "./describe-operation.ts";
import { fetch } from "./fetch.ts";
import { findFreeSlots } from "./find-free-slots.ts";
import { getContact } from "./get-contact.ts";
import { getConversation } from "./get-conversation.ts";
import { getOAuthStatus } from "./get-oauth-status.ts";
import { getOpportunities } from "./get-opportunities.ts";
import { listLocations } from "./list-locations.ts";
import { readOperation } from "./read-operation.ts";
import { searchContacts } from "./search-contacts.ts";
import { searchOperations } from "./search-operations.ts";
import { search } from "./search.ts";
import { sendMessage } from "./send-message.ts";
import { updateContact } from "./update-contact.ts";
import { updateOpportunity } from "./update-opportunity.ts";
import { writeOperation } from "./write-operation.ts";

/** Every tool of this server, in the order in which clients see them. */
export const TOOLS: readonly Tool[] = Object.freeze([
  getOAuthStatus,
  listLocations,
  searchContacts,
  getContact,
  createContact,
  updateContact,
  getOpportunities,
  updateOpportunity,
  getConversation,
  findFreeSlots,
  bookAppointment,
  sendMessage,
  searchOperations,
  describeOperation,
  readOperation,
  writeOperation,
  criticalOperation,
  search,
  fetch,
]);
