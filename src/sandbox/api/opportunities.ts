import { toFieldRules } from "../gate/field-rules.ts";
import { textOf } from "../gate/fields.ts";
import { answer, type Outcome, type Refusal, refuse } from "../gate/outcome.ts";
import {
  type ApiCall,
  LOCATION_CALLERS,
  LOCATION_IN_BODY,
  LOCATION_IN_QUERY,
  type LocationPlace,
  type Route,
} from "../gate/route.ts";
import { type Opportunity, OPPORTUNITY_STATUSES } from "../world/opportunities.ts";
import {
  createFields,
  readOpportunityCustomFields,
  statusFields,
  updateFields,
} from "./opportunity-fields.ts";
import { presentOpportunity } from "./present-opportunity.ts";

const record: LocationPlace = {
  in: "record",
  name: "Opportunity",
  find: (world, id) => world.opportunities.get(id),
};

const read = {
  versions: "all",
  scope: "opportunities.readonly",
  callers: LOCATION_CALLERS,
} as const;
const write = { versions: "all", scope: "opportunities.write", callers: LOCATION_CALLERS } as const;

/** The endpoints of single opportunities and of pipelines. */
export const opportunityRoutes: readonly Route[] = [
  {
    ...read,
    method: "GET",
    path: "/opportunities/pipelines",
    location: LOCATION_IN_QUERY,
    query: () => toFieldRules("locationId:string!"),
    handle: (call) => listPipelines(call),
  },
  {
    ...read,
    method: "GET",
    path: "/opportunities/:id",
    location: record,
    handle: (call) => present(call, 200, getOpportunity(call)),
  },
  {
    ...write,
    method: "POST",
    path: "/opportunities/",
    location: LOCATION_IN_BODY,
    body: createFields,
    handle: (call) => createOpportunity(call),
  },
  {
    ...write,
    method: "PUT",
    path: "/opportunities/:id/status",
    location: record,
    body: statusFields,
    handle: (call) => setStatus(call),
  },
  {
    ...write,
    method: "PUT",
    path: "/opportunities/:id",
    location: record,
    body: updateFields,
    handle: (call) => updateOpportunity(call),
  },
  {
    ...write,
    method: "DELETE",
    path: "/opportunities/:id",
    location: record,
    handle: (call) => {
      call.world.opportunities.delete(getOpportunity(call).id);
      return succeed(call);
    },
  },
];

const listPipelines = ({ world, query, traceId }: ApiCall): Outcome =>
  answer(200, {
    pipelines: world.pipelines
      .filter((pipeline) => pipeline.locationId === query["locationId"])
      .map((pipeline) => ({ ...pipeline, showInFunnel: true, showInPieChart: true })),
    traceId: traceId(),
  });

const createOpportunity = (call: ApiCall): Outcome => {
  const { world, body, now } = call;
  const contact = world.contacts.get(textOf(body["contactId"]));
  const locationId = textOf(body["locationId"]);
  if (contact?.locationId !== locationId) {
    return refuse(400, `Contact with id ${textOf(body["contactId"])} not found`);
  }
  const pipelineId = textOf(body["pipelineId"]);
  const refusal = checkStage(call, locationId, pipelineId);
  if (refusal !== undefined) return refusal;
  const firstStage = world.pipelines.find(({ id }) => id === pipelineId)?.stages[0]?.id ?? "";
  const deal: Opportunity = {
    pipelineStageId: firstStage,
    name: textOf(body["name"]),
    status: "open",
    monetaryValue: 0,
    customFields: [],
    ...readBody(call),
    id: call.newId(),
    locationId,
    contactId: contact.id,
    pipelineId,
    source: "public api",
    createdAt: now,
    updatedAt: now,
    lastStatusChangeAt: now,
    lastStageChangeAt: now,
  };
  world.opportunities.set(deal.id, deal);
  return present(call, 201, deal);
};

const updateOpportunity = (call: ApiCall): Outcome => {
  const deal = getOpportunity(call);
  const changes = readBody(call);
  const refusal = checkStage(call, deal.locationId, changes.pipelineId ?? deal.pipelineId);
  return refusal ?? present(call, 200, change(call, deal, changes));
};

const setStatus = (call: ApiCall): Outcome => {
  change(call, getOpportunity(call), readBody(call));
  return succeed(call);
};

const change = (call: ApiCall, deal: Opportunity, changes: Partial<Opportunity>): Opportunity => {
  const changed: Opportunity = { ...deal, ...changes, updatedAt: call.now };
  const dated = {
    ...changed,
    ...(changed.status === deal.status ? {} : { lastStatusChangeAt: call.now }),
    ...(changed.pipelineStageId === deal.pipelineStageId ? {} : { lastStageChangeAt: call.now }),
  };
  call.world.opportunities.set(deal.id, dated);
  return dated;
};

const TEXTS = [
  "pipelineId",
  "pipelineStageId",
  "name",
  "assignedTo",
  "lostReasonId",
  "forecastExpectedCloseDate",
] as const;

/** The part of an opportunity that a checked body sets. The status `all` means nothing here. */
const readBody = ({ body }: ApiCall): Partial<Opportunity> => {
  const status = OPPORTUNITY_STATUSES.find((known) => known === body["status"]);
  const { monetaryValue, forecastProbability, customFields } = body;
  return {
    ...Object.fromEntries(
      TEXTS.flatMap((name) => (typeof body[name] === "string" ? [[name, body[name]]] : [])),
    ),
    ...(status === undefined ? {} : { status }),
    ...(typeof monetaryValue === "number" ? { monetaryValue } : {}),
    ...(typeof forecastProbability === "number" ? { forecastProbability } : {}),
    ...(customFields === undefined
      ? {}
      : { customFields: readOpportunityCustomFields(customFields) }),
  };
};

/** The pipeline must be of the location, and the stage that the body names must be of the pipeline. */
const checkStage = (
  { world, body }: ApiCall,
  locationId: string,
  pipelineId: string,
): Refusal | undefined => {
  const pipeline = world.pipelines.find(({ id }) => id === pipelineId);
  if (pipeline?.locationId !== locationId) return refuse(400, "The pipeline id is invalid.");
  const stageId = body["pipelineStageId"];
  return stageId === undefined || pipeline.stages.some(({ id }) => id === stageId)
    ? undefined
    : refuse(400, "The pipeline stage id is invalid.");
};

const getOpportunity = ({ world, params }: ApiCall): Opportunity => {
  const deal = world.opportunities.get(params["id"] ?? "");
  if (deal === undefined) throw new Error("the gate let a call for an unknown opportunity through");
  return deal;
};

const present = ({ world, isV3, traceId }: ApiCall, status: number, deal: Opportunity): Outcome =>
  answer(status, { opportunity: presentOpportunity(deal, world, isV3), traceId: traceId() });

const succeed = ({ isV3 }: ApiCall): Outcome =>
  answer(200, { succeded: true, ...(isV3 ? { success: true } : {}) });
