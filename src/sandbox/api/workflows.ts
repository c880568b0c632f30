import { toFieldRules } from "../gate/field-rules.ts";
import { answer } from "../gate/outcome.ts";
import { LOCATION_CALLERS, LOCATION_IN_QUERY, type Route } from "../gate/route.ts";

/** `GET /workflows/`: the only thing that the API does with workflows. */
export const listWorkflowsRoute: Route = {
  method: "GET",
  path: "/workflows/",
  versions: "all",
  scope: "workflows.readonly",
  callers: LOCATION_CALLERS,
  location: LOCATION_IN_QUERY,
  query: () => toFieldRules("locationId:string!"),
  handle: ({ world, query, traceId }) =>
    answer(200, {
      workflows: world.workflows.filter(({ locationId }) => locationId === query["locationId"]),
      traceId: traceId(),
    }),
};
