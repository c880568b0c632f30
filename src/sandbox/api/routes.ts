import type { Route } from "../gate/route.ts";
import { calendarRoutes } from "./calendar-routes.ts";
import { contactEnrolmentRoutes } from "./contact-enrolments.ts";
import { contactFollowerRoutes } from "./contact-followers.ts";
import { contactNoteRoutes } from "./contact-notes.ts";
import { contactTagRoutes } from "./contact-tags.ts";
import { contactTaskRoutes } from "./contact-tasks.ts";
import { contactsInBulkRoutes } from "./contacts-in-bulk.ts";
import { conversationRoutes } from "./conversation-routes.ts";
import { dealSettingRoutes } from "./deal-settings.ts";
import { listOpportunitiesRoute } from "./list-opportunities.ts";
import { locationCustomFieldRoutes } from "./location-custom-fields.ts";
import { locationCustomValueRoutes } from "./location-custom-values.ts";
import { locationTagRoutes } from "./location-tags.ts";
import { searchTasksRoute } from "./location-tasks.ts";
import { locationTemplateRoutes } from "./location-templates.ts";
import { locationRoutes } from "./locations.ts";
import { manageLocationRoutes } from "./manage-locations.ts";
import { manageUserRoutes } from "./manage-users.ts";
import { opportunityFollowerRoutes } from "./opportunity-followers.ts";
import { opportunityRoutes } from "./opportunities.ts";
import { readContactRoutes } from "./read-contacts.ts";
import { searchContactsRoute } from "./search-contacts.ts";
import { searchOpportunitiesRoute } from "./search-opportunities.ts";
import { userRoutes } from "./users.ts";
import { upsertOpportunityRoute } from "./upsert-opportunity.ts";
import { listWorkflowsRoute } from "./workflows.ts";
import { writeContactRoutes } from "./write-contacts.ts";

/** Every endpoint with records behind it. Fixed paths stand before those with an id. */
export const API_ROUTES: readonly Route[] = [
  searchContactsRoute,
  ...contactsInBulkRoutes,
  ...contactNoteRoutes,
  ...contactTaskRoutes,
  ...contactFollowerRoutes,
  ...contactEnrolmentRoutes,
  ...readContactRoutes,
  ...contactTagRoutes,
  ...writeContactRoutes,
  ...conversationRoutes,
  ...calendarRoutes,
  listOpportunitiesRoute,
  searchOpportunitiesRoute,
  ...dealSettingRoutes,
  upsertOpportunityRoute,
  ...opportunityFollowerRoutes,
  ...opportunityRoutes,
  listWorkflowsRoute,
  ...locationRoutes,
  ...manageLocationRoutes,
  ...locationTagRoutes,
  ...locationCustomFieldRoutes,
  ...locationCustomValueRoutes,
  searchTasksRoute,
  ...locationTemplateRoutes,
  ...userRoutes,
  ...manageUserRoutes,
];
