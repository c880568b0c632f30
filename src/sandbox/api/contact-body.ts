import { toFieldRules } from "../gate/field-rules.ts";
import { type Fields, isJsonObject, type JsonObject } from "../gate/fields.ts";
import { type Contact, DND_CHANNELS } from "../world/contacts.ts";
import type { CustomFieldValue } from "../world/settings.ts";
import type { World } from "../world/world.ts";
import { normalizePhone } from "./phone.ts";
import { DATED_CHANNEL_NAMES } from "./present-contact.ts";

const SHARED = toFieldRules(
  `firstName:string lastName:string name:string email:string phone:string address1:string city:string
   state:string postalCode:string website:string timezone:string dnd:boolean dndSettings:object
   inboundDndSettings:object tags:strings customFields:array source:string dateOfBirth:any
   country:string assignedTo:string`,
);

const RULES: Fields = {
  ...SHARED,
  email: { type: "string", check: (value) => (isEmail(value) ? undefined : "must be an email") },
  dndSettings: { type: "object", check: (value, isV3) => checkDnd(value, isV3) },
  customFields: { type: "array", check: (value, isV3) => checkCustomFields(value, isV3) },
};

/** What a change of a contact may carry. */
export const UPDATE_FIELDS: Fields = RULES;

/** What a new contact may carry. */
export const CREATE_FIELDS: Fields = {
  ...RULES,
  ...toFieldRules("locationId:string! gender:string companyName:string"),
};

/** What an upsert may carry. */
export const UPSERT_FIELDS: Fields = {
  ...CREATE_FIELDS,
  ...toFieldRules("createNewIfDuplicateAllowed:boolean"),
};

const isEmail = (value: unknown): boolean =>
  typeof value === "string" && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value);

const checkDnd = (value: unknown, isV3: boolean): string | undefined => {
  const known: readonly string[] = isV3 ? DND_CHANNELS : Object.values(DATED_CHANNEL_NAMES);
  for (const [name, setting] of Object.entries(isJsonObject(value) ? value : {})) {
    if (!known.includes(name)) return `.property ${name} should not exist`;
    const status = isJsonObject(setting) ? setting["status"] : undefined;
    if (status !== "active" && status !== "inactive" && status !== "permanent") {
      return `.${name}.status must be one of the following values: active, inactive, permanent`;
    }
  }
  return undefined;
};

const checkCustomFields = (value: unknown, isV3: boolean): string | undefined => {
  const known = ["id", "key", "field_value", isV3 ? "fieldValue" : "value"];
  for (const [index, entry] of (value as readonly unknown[]).entries()) {
    if (!isJsonObject(entry)) return `.${index} must be an object`;
    const stranger = Object.keys(entry).find((name) => !known.includes(name));
    if (stranger !== undefined) return `.${index}.property ${stranger} should not exist`;
    if (entry["id"] === undefined && entry["key"] === undefined) {
      return `.${index}.id should not be empty`;
    }
  }
  return undefined;
};

const COPIED = [
  "firstName",
  "lastName",
  "companyName",
  "address1",
  "city",
  "state",
  "postalCode",
  "country",
  "website",
  "timezone",
  "gender",
  "dateOfBirth",
  "source",
  "assignedTo",
] as const;

/** The part of a contact that a checked body sets. Fields that it does not name are absent. */
export const readContactBody = (
  body: JsonObject,
  target: { readonly world: World; readonly locationId: string },
): Partial<Contact> => {
  const texts = Object.fromEntries(
    COPIED.flatMap((name) => (typeof body[name] === "string" ? [[name, body[name]]] : [])),
  );
  const country = target.world.locations.find(({ id }) => id === target.locationId)?.country;
  const { name, email, phone, tags, dnd, dndSettings, customFields } = body;
  return {
    ...(typeof name === "string" ? splitName(name) : {}),
    ...texts,
    ...(typeof email === "string" ? { email: email.toLowerCase() } : {}),
    ...(typeof phone === "string" ? { phone: normalizePhone(phone, country) } : {}),
    ...(Array.isArray(tags) ? { tags: normalizeTags(tags) } : {}),
    ...(typeof dnd === "boolean" ? { dnd } : {}),
    ...(isJsonObject(dndSettings) ? { dndSettings: readDnd(dndSettings) } : {}),
    ...(Array.isArray(customFields)
      ? { customFields: readCustomFields(customFields, target) }
      : {}),
  };
};

/** Tags as GoHighLevel keeps them: lower case, each once. */
export const normalizeTags = (tags: readonly unknown[]): string[] => [
  ...new Set(tags.map((tag) => String(tag).trim().toLowerCase()).filter((tag) => tag !== "")),
];

const splitName = (name: string): Pick<Contact, "firstName" | "lastName"> => {
  const [firstName = "", ...rest] = name.trim().split(/\s+/);
  return rest.length === 0 ? { firstName } : { firstName, lastName: rest.join(" ") };
};

const readDnd = (settings: JsonObject): Contact["dndSettings"] =>
  Object.fromEntries(
    DND_CHANNELS.flatMap((channel) => {
      const setting = settings[channel] ?? settings[DATED_CHANNEL_NAMES[channel]];
      return setting === undefined ? [] : [[channel, setting]];
    }),
  );

/** Fields are named by id or by key; those that the location does not have are dropped silently. */
const readCustomFields = (
  entries: readonly unknown[],
  { world, locationId }: { readonly world: World; readonly locationId: string },
): CustomFieldValue[] =>
  entries.filter(isJsonObject).flatMap((entry) => {
    const field = world.customFields.find(
      ({ id, fieldKey, locationId: owner }) =>
        owner === locationId &&
        (id === entry["id"] ||
          fieldKey === entry["key"] ||
          fieldKey === `contact.${String(entry["key"])}`),
    );
    const value = entry["fieldValue"] ?? entry["field_value"] ?? entry["value"];
    return field === undefined ? [] : [{ id: field.id, value }];
  });
