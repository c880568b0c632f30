import { toFieldRules } from "../gate/field-rules.ts";
import { numberOf, textOf } from "../gate/fields.ts";
import { answer, type Outcome } from "../gate/outcome.ts";
import { type ApiCall, createRouteFamily, LOCATION_IN_QUERY, type Route } from "../gate/route.ts";

const { read } = createRouteFamily({
  read: "opportunities.readonly",
  write: "opportunities.write",
});

/** The endpoints that list what deals go through, and why they are lost. */
export const dealSettingRoutes: readonly Route[] = [
  read("GET /opportunities/pipelines", {
    location: LOCATION_IN_QUERY,
    query: () => toFieldRules("locationId:string!"),
    handle: (call) => listPipelines(call),
  }),
  read("GET /opportunities/lost-reason", {
    location: LOCATION_IN_QUERY,
    query: () =>
      toFieldRules(
        `locationId:string! name:string deleted:boolean query:string skip:number limit:number
         getCount:boolean`,
      ),
    handle: (call) => listLostReasons(call),
  }),
];

const listPipelines = ({ world, query, traceId }: ApiCall): Outcome =>
  answer(200, {
    pipelines: world.pipelines
      .filter((pipeline) => pipeline.locationId === query["locationId"])
      .map((pipeline) => ({ ...pipeline, showInFunnel: true, showInPieChart: true })),
    traceId: traceId(),
  });

const listLostReasons = ({ world, query }: ApiCall): Outcome => {
  const skip = numberOf(query["skip"], 0);
  const words = textOf(query["query"] ?? query["name"]).toLowerCase();
  const found = world.lostReasons.filter(
    ({ locationId, name }) =>
      locationId === query["locationId"] &&
      query["deleted"] !== true &&
      name.toLowerCase().includes(words),
  );
  return answer(200, {
    lostReasons: found
      .slice(skip, skip + numberOf(query["limit"], 20))
      .map(({ dateAdded, ...reason }) => ({
        ...reason,
        createdAt: dateAdded,
        updatedAt: dateAdded,
      })),
    ...(query["getCount"] === true ? { total: found.length } : {}),
  });
};
