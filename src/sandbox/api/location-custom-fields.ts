import { toFieldRules } from "../gate/field-rules.ts";
import { isJsonObject, textOf } from "../gate/fields.ts";
import { answer, type Outcome, refuse } from "../gate/outcome.ts";
import { type ApiCall, createRouteFamily, type Route } from "../gate/route.ts";
import type { CustomField } from "../world/settings.ts";
import { onRecord, succeed } from "./answers.ts";
import { pickFields, textsOf } from "./field-texts.ts";
import { toKey } from "./location-custom-values.ts";
import { IN_PATH } from "./locations.ts";

const { read, write } = createRouteFamily({
  read: "locations/customFields.readonly",
  write: "locations/customFields.write",
});
const location = IN_PATH;
const PATH = "/locations/:id/customFields";
const ONE = `${PATH}/:fieldId` as const;
const FIELDS = `name:string! placeholder:string acceptedFormat:strings isMultipleFile:boolean
  maxNumberOfFiles:number textBoxListOptions:array options:strings position:number
  model:string{contact|opportunity}`;
/** How many files one request may bring. */
const MAX_FILES = 15;

/** The endpoints of the custom fields of contacts and opportunities. */
export const locationCustomFieldRoutes: readonly Route[] = [
  read(`GET ${PATH}`, {
    location,
    query: () => toFieldRules("model:string{contact|opportunity|all}"),
    handle: (call) => listFields(call),
  }),
  write(`POST ${PATH}/upload`, {
    location,
    body: () => toFieldRules("id:string maxFiles:string"),
    handle: (call) => uploadFiles(call),
  }),
  write(`POST ${PATH}`, {
    location,
    body: () => toFieldRules(`${FIELDS} dataType:string!`),
    handle: (call) => createField(call),
  }),
  read(`GET ${ONE}`, {
    location,
    handle: (call) => onField(call, (customField) => answer(200, { customField })),
  }),
  write(`PUT ${ONE}`, {
    location,
    body: () => toFieldRules(FIELDS),
    handle: (call) =>
      onField(call, (old) => {
        const { customFields } = call.world;
        const customField: CustomField = { ...old, ...readField(call) };
        customFields[customFields.indexOf(old)] = customField;
        return answer(200, { customField });
      }),
  }),
  write(`DELETE ${ONE}`, {
    location,
    handle: (call) =>
      onField(call, (field) => {
        removeField(call, field);
        return succeed(call);
      }),
  }),
];

const listFields = ({ world, params, query }: ApiCall): Outcome => {
  // Without `model` only the fields of contacts are answered.
  const model = query["model"] ?? "contact";
  const customFields = world.customFields.filter(
    (field) => field.locationId === params["id"] && (model === "all" || field.model === model),
  );
  return answer(200, { customFields });
};

const createField = (call: ApiCall): Outcome => {
  const { world, body, params } = call;
  const locationId = params["id"] ?? "";
  const name = textOf(body["name"]);
  const model = body["model"] === "opportunity" ? "opportunity" : "contact";
  const fieldKey = `${model}.${toKey(name)}`;
  const siblings = world.customFields.filter((field) => field.locationId === locationId);
  if (siblings.some((field) => field.fieldKey === fieldKey)) {
    return refuse(400, `A custom field with the key ${fieldKey} already exists.`);
  }
  const customField: CustomField = {
    position: siblings.length,
    ...readField(call),
    id: call.newId(),
    locationId,
    name,
    fieldKey,
    dataType: textOf(body["dataType"]),
    model,
  };
  world.customFields.push(customField);
  return answer(201, { customField });
};

const readField = ({ body }: ApiCall): Partial<CustomField> => {
  const boxes = Array.isArray(body["textBoxListOptions"]) ? body["textBoxListOptions"] : [];
  const labels = boxes.filter(isJsonObject).map((box) => textOf(box["label"]));
  const options = [...textsOf(body["options"]), ...labels];
  return {
    ...pickFields(body, ["name", "placeholder", "position"]),
    ...(options.length === 0 ? {} : { picklistOptions: options }),
  };
};

/** The values that records have for a field go with it. */
const removeField = ({ world }: ApiCall, field: CustomField): void => {
  world.customFields.splice(world.customFields.indexOf(field), 1);
  for (const contact of world.contacts.values()) {
    if (contact.customFields.some(({ id }) => id === field.id)) {
      const customFields = contact.customFields.filter(({ id }) => id !== field.id);
      world.contacts.set(contact.id, { ...contact, customFields });
    }
  }
};

/** Files are named `<field id>_<file id>`; a JSON request has none. */
const uploadFiles = ({ files, shelve }: ApiCall): Outcome => {
  if (files.length === 0) return refuse(400, "No file was uploaded.");
  if (files.length > MAX_FILES) return refuse(400, `At most ${MAX_FILES} files may be uploaded.`);
  const stored = files.map((file) => ({ ...file, url: shelve(file) }));
  return answer(200, {
    uploadedFiles: Object.fromEntries(stored.map(({ fileName, url }) => [fileName, url])),
    meta: stored.map(({ field, fileName, contentType, bytes, url }) => ({
      fieldname: field,
      originalname: fileName,
      mimetype: contentType,
      size: bytes.length,
      url,
    })),
  });
};

const onField = (call: ApiCall, use: (field: CustomField) => Outcome): Outcome => {
  const id = call.params["fieldId"];
  const field = call.world.customFields.find(
    (one) => one.locationId === call.params["id"] && (one.id === id || one.fieldKey === id),
  );
  return onRecord({ name: "Custom field", id }, field, use);
};
