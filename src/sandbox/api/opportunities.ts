import { textOf } from "../gate/fields.ts";
import { answer, type Outcome, type Refusal, refuse } from "../gate/outcome.ts";
import {
  type ApiCall,
  LOCATION_CALLERS,
  LOCATION_IN_BODY,
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

/** The deal that a path names, for the check of its location. */
export const opportunityRecord: LocationPlace = {
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

/** The endpoints of single opportunities. */
export const opportunityRoutes: readonly Route[] = [
  {
    ...read,
    method: "GET",
    path: "/opportunities/:id",
    location: opportunityRecord,
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
    location: opportunityRecord,
    body: statusFields,
    handle: (call) => setStatus(call),
  },
  {
    ...write,
    method: "PUT",
    path: "/opportunities/:id",
    location: opportunityRecord,
    body: updateFields,
    handle: (call) => updateOpportunity(call),
  },
  {
    ...write,
    method: "DELETE",
    path: "/opportunities/:id",
    location: opportunityRecord,
    handle: (call) => {
      call.world.opportunities.delete(getOpportunity(call).id);
      return succeed(call);
    },
  },
];

const createOpportunity = (call: ApiCall): Outcome => {
  const { world, body } = call;
  const contact = world.contacts.get(textOf(body["contactId"]));
  const locationId = textOf(body["locationId"]);
  if (contact?.locationId !== locationId) {
    return refuse(400, `Contact with id ${textOf(body["contactId"])} not found`);
  }
  const refusal = checkStage(call, locationId, textOf(body["pipelineId"]));
  return refusal ?? present(call, 201, addOpportunity(call, contact.id));
};

/** Adds the deal that a checked body describes, in the first stage unless it says another. */
export const addOpportunity = (call: ApiCall, contactId: string | undefined): Opportunity => {
  const { world, body, now } = call;
  const pipelineId = textOf(body["pipelineId"]);
  const deal: Opportunity = {
    pipelineStageId: world.pipelines.find(({ id }) => id === pipelineId)?.stages[0]?.id ?? "",
    name: textOf(body["name"]),
    status: "open",
    monetaryValue: 0,
    customFields: [],
    ...readDeal(call),
    id: call.newId(),
    locationId: textOf(body["locationId"]),
    ...(contactId === undefined ? {} : { contactId }),
    pipelineId,
    source: "public api",
    createdAt: now,
    updatedAt: now,
    lastStatusChangeAt: now,
    lastStageChangeAt: now,
  };
  world.opportunities.set(deal.id, deal);
  return deal;
};

const updateOpportunity = (call: ApiCall): Outcome => {
  const deal = getOpportunity(call);
  const changes = readDeal(call);
  const refusal = checkStage(call, deal.locationId, changes.pipelineId ?? deal.pipelineId);
  return refusal ?? present(call, 200, changeOpportunity(call, deal, changes));
};

const setStatus = (call: ApiCall): Outcome => {
  changeOpportunity(call, getOpportunity(call), readDeal(call));
  return succeed(call);
};

/** Changes a deal, and dates a change of its status or stage. */
export const changeOpportunity = (
  call: ApiCall,
  deal: Opportunity,
  changes: Partial<Opportunity>,
): Opportunity => {
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
export const readDeal = ({ body }: ApiCall): Partial<Opportunity> => {
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
export const checkStage = (
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

/** The deal of a call that has passed {@link opportunityRecord}. */
export const getOpportunity = ({ world, params }: ApiCall): Opportunity => {
  const deal = world.opportunities.get(params["id"] ?? "");
  if (deal === undefined) throw new Error("the gate let a call for an unknown opportunity through");
  return deal;
};

const present = ({ world, isV3, traceId }: ApiCall, status: number, deal: Opportunity): Outcome =>
  answer(status, { opportunity: presentOpportunity(deal, world, isV3), traceId: traceId() });

const succeed = ({ isV3 }: ApiCall): Outcome =>
  answer(200, { succeded: true, ...(isV3 ? { success: true } : {}) });
