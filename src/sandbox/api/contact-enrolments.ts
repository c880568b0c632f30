import { toFieldRules } from "../gate/field-rules.ts";
import { type Outcome, refuse } from "../gate/outcome.ts";
import { type ApiCall, createRouteFamily, type Route } from "../gate/route.ts";
import type { Enrolment } from "../world/contacts.ts";
import { isoDateRule } from "./field-texts.ts";
import { notFound, succeed } from "./answers.ts";
import { contactRecord, getContact } from "./read-contacts.ts";

const { write } = createRouteFamily({ read: "contacts.readonly", write: "contacts.write" });
const location = contactRecord;
const CAMPAIGN = "/contacts/:id/campaigns/:campaignId";
const WORKFLOW = "/contacts/:id/workflow/:workflowId";

const workflowFields = () => ({
  ...toFieldRules("eventStartTime:string"),
  eventStartTime: isoDateRule(false),
});

const removeFromAll = (call: ApiCall): Outcome => {
  enrolmentOf(call).campaigns.clear();
  return succeed(call);
};

/** The endpoints that put a contact into campaigns and workflows, and take it out again. */
export const contactEnrolmentRoutes: readonly Route[] = [
  write("DELETE /contacts/:id/campaigns/removeAll", {
    versions: "dated",
    location,
    handle: removeFromAll,
  }),
  write("DELETE /contacts/:id/campaigns/remove-all", {
    versions: "v3",
    location,
    handle: removeFromAll,
  }),
  write(`POST ${CAMPAIGN}`, {
    location,
    handle: (call) => {
      enrolmentOf(call).campaigns.add(call.params["campaignId"] ?? "");
      return succeed(call, 201);
    },
  }),
  write(`DELETE ${CAMPAIGN}`, {
    location,
    handle: (call) => {
      enrolmentOf(call).campaigns.delete(call.params["campaignId"] ?? "");
      return succeed(call);
    },
  }),
  write(`POST ${WORKFLOW}`, {
    location,
    body: workflowFields,
    handle: (call) => addToWorkflow(call),
  }),
  write(`DELETE ${WORKFLOW}`, {
    location,
    body: workflowFields,
    handle: (call) => {
      if (findWorkflow(call) === undefined) return notFound("Workflow", call.params["workflowId"]);
      enrolmentOf(call).workflows.delete(call.params["workflowId"] ?? "");
      return succeed(call);
    },
  }),
];

const addToWorkflow = (call: ApiCall): Outcome => {
  const workflow = findWorkflow(call);
  if (workflow === undefined) return notFound("Workflow", call.params["workflowId"]);
  if (workflow.status !== "published") return refuse(400, "The workflow is not published.");
  enrolmentOf(call).workflows.add(workflow.id);
  return succeed(call);
};

const findWorkflow = (call: ApiCall) => {
  const { locationId } = getContact(call);
  return call.world.workflows.find(
    (workflow) => workflow.id === call.params["workflowId"] && workflow.locationId === locationId,
  );
};

const enrolmentOf = ({ world, params }: ApiCall): Enrolment => {
  const contactId = params["id"] ?? "";
  const known = world.enrolments.get(contactId);
  if (known !== undefined) return known;
  const made: Enrolment = { campaigns: new Set(), workflows: new Set() };
  world.enrolments.set(contactId, made);
  return made;
};
