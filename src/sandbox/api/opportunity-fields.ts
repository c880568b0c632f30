import { toFieldRules } from "../gate/field-rules.ts";
import { type Fields, isJsonObject } from "../gate/fields.ts";
import type { Opportunity } from "../world/opportunities.ts";
import type { CustomFieldValue } from "../world/settings.ts";
import type { FieldReader } from "./filter.ts";

const STATUS_RULE = { type: "string", oneOf: ["open", "won", "lost", "abandoned", "all"] } as const;

/** What a change of an opportunity may carry. */
export const updateFields = (isV3: boolean): Fields => ({
  ...toFieldRules(
    "pipelineId:string name:string pipelineStageId:string monetaryValue:number assignedTo:string",
  ),
  status: STATUS_RULE,
  customFields: { type: "array", check: (value) => checkCustomFields(value, isV3) },
  ...(isV3 ? toFieldRules("forecastExpectedCloseDate:string forecastProbability:number") : {}),
});

/** What a new opportunity may carry. */
export const createFields = (isV3: boolean): Fields => ({
  ...updateFields(isV3),
  ...toFieldRules("pipelineId:string! locationId:string! name:string! contactId:string!"),
  status: { ...STATUS_RULE, required: true },
});

/** What an upsert may carry; the specs leave the contact out. */
export const upsertFields = (isV3: boolean): Fields => ({
  ...toFieldRules(
    `id:string pipelineId:string! locationId:string! followers:strings! isRemoveAllFollowers:boolean!
     followersActionType:string!{add|remove} name:string pipelineStageId:string monetaryValue:any
     assignedTo:string lostReasonId:string contactId:string`,
  ),
  status: STATUS_RULE,
  ...(isV3 ? toFieldRules("forecastExpectedCloseDate:string forecastProbability:number") : {}),
});

/** What a change of status may carry. */
export const statusFields = (): Fields => ({
  ...toFieldRules("lostReasonId:string"),
  status: { ...STATUS_RULE, required: true },
});

const checkCustomFields = (value: unknown, isV3: boolean): string | undefined => {
  const known = ["id", "key", isV3 ? "fieldValue" : "field_value"];
  for (const [index, entry] of (value as readonly unknown[]).entries()) {
    if (!isJsonObject(entry)) return `.${index} must be an object`;
    const stranger = Object.keys(entry).find((name) => !known.includes(name));
    if (stranger !== undefined) return `.${index}.property ${stranger} should not exist`;
  }
  return undefined;
};

/** The custom field values of a checked body, by field id. */
export const readOpportunityCustomFields = (value: unknown): CustomFieldValue[] =>
  (Array.isArray(value) ? value : [])
    .filter(isJsonObject)
    .flatMap((entry) =>
      typeof entry["id"] === "string"
        ? [{ id: entry["id"], value: entry["fieldValue"] ?? entry["field_value"] }]
        : [],
    );

const FIELDS: Readonly<Record<string, (deal: Opportunity) => unknown>> = {
  id: (deal) => deal.id,
  name: (deal) => deal.name,
  status: (deal) => deal.status,
  source: (deal) => deal.source,
  pipelineid: (deal) => deal.pipelineId,
  pipelinestageid: (deal) => deal.pipelineStageId,
  contactid: (deal) => deal.contactId,
  followers: (deal) => deal.followers,
  lostreasonid: (deal) => deal.lostReasonId,
  assignedto: (deal) => deal.assignedTo,
  monetaryvalue: (deal) => deal.monetaryValue,
  createdat: (deal) => deal.createdAt,
  dateadded: (deal) => deal.createdAt,
  updatedat: (deal) => deal.updatedAt,
  dateupdated: (deal) => deal.updatedAt,
  laststatuschangeat: (deal) => deal.lastStatusChangeAt,
  laststagechangeat: (deal) => deal.lastStageChangeAt,
};

const DATES = [
  "createdat",
  "dateadded",
  "updatedat",
  "dateupdated",
  "laststatuschangeat",
  "laststagechangeat",
];

/** Snake case and camel case name the same field: the specs leave the filters out. */
const toPlain = (field: string): string => field.replaceAll("_", "").toLowerCase();

/** Reads opportunities for filters and sorts. */
export const createOpportunityReader = (timezone: string): FieldReader<Opportunity> => ({
  timezone,
  knows: (field) => Object.hasOwn(FIELDS, toPlain(field)),
  isDate: (field) => DATES.includes(toPlain(field)),
  read: (deal, field) => FIELDS[toPlain(field)]?.(deal),
});
