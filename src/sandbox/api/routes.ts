import type { Route } from "../gate/route.ts";
import { contactTagRoutes } from "./contact-tags.ts";
import { listOpportunitiesRoute } from "./list-opportunities.ts";
import { locationRoutes } from "./locations.ts";
import { opportunityRoutes } from "./opportunities.ts";
import { readContactRoutes } from "./read-contacts.ts";
import { searchContactsRoute } from "./search-contacts.ts";
import { searchOpportunitiesRoute } from "./search-opportunities.ts";
import { userRoutes } from "./users.ts";
import { listWorkflowsRoute } from "./workflows.ts";
import { writeContactRoutes } from "./write-contacts.ts";

/** Every endpoint with records behind it. Fixed paths stand before those with an id. */
export const API_ROUTES: readonly Route[] = [
  searchContactsRoute,
  ...readContactRoutes,
  ...contactTagRoutes,
  ...writeContactRoutes,
  listOpportunitiesRoute,
  searchOpportunitiesRoute,
  ...opportunityRoutes,
  listWorkflowsRoute,
  ...locationRoutes,
  ...userRoutes,
];
