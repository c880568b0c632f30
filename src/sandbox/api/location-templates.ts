import { toFieldRules } from "../gate/field-rules.ts";
import { numberOf } from "../gate/fields.ts";
import { answer, type Outcome } from "../gate/outcome.ts";
import { type ApiCall, createRouteFamily, LOCATION_CALLERS, type Route } from "../gate/route.ts";
import type { Template } from "../world/settings.ts";
import { onRecord, succeed } from "./answers.ts";
import { IN_PATH } from "./locations.ts";

const templates = createRouteFamily({
  read: "locations/templates.readonly",
  write: "locations/templates.write",
});
const locations = createRouteFamily({ read: "locations.readonly", write: "locations.write" });

/** The endpoints of a location's templates, and the list of time zones. */
export const locationTemplateRoutes: readonly Route[] = [
  templates.read("GET /locations/:id/templates", {
    location: IN_PATH,
    query: () =>
      toFieldRules(
        "deleted:boolean skip:number limit:number type:string{sms|email|whatsapp} originId:string!",
      ),
    handle: (call) => listTemplates(call),
  }),
  {
    // The specs name no scope for it.
    method: "DELETE",
    path: "/locations/:id/templates/:templateId",
    versions: "all",
    callers: LOCATION_CALLERS,
    location: IN_PATH,
    handle: (call) => deleteTemplate(call),
  },
  locations.read("GET /locations/:id/timezones", {
    location: IN_PATH,
    handle: ({ traceId }) =>
      answer(200, { timeZones: Intl.supportedValuesOf("timeZone"), traceId: traceId() }),
  }),
];

const listTemplates = ({ world, params, query, traceId }: ApiCall): Outcome => {
  const skip = numberOf(query["skip"], 0);
  const limit = numberOf(query["limit"], 25);
  const found = world.templates.filter(
    (template) =>
      template.locationId === params["id"] &&
      query["deleted"] !== true &&
      (query["type"] === undefined || template.type === query["type"]),
  );
  return answer(200, {
    templates: found.slice(skip, skip + limit).map(presentTemplate),
    totalCount: found.length,
    traceId: traceId(),
  });
};

const presentTemplate = ({ subject, body, ...template }: Template) =>
  template.type === "sms"
    ? { ...template, template: { body, attachments: [] }, urlAttachments: [] }
    : { ...template, template: { subject, html: body, attachments: [] } };

const deleteTemplate = (call: ApiCall): Outcome => {
  const id = call.params["templateId"];
  const { templates: all } = call.world;
  const found = all.find((one) => one.id === id && one.locationId === call.params["id"]);
  return onRecord({ name: "Template", id }, found, (template) => {
    all.splice(all.indexOf(template), 1);
    return succeed(call);
  });
};
