import { isJsonObject, type JsonObject, textOf } from "../../gate/fields.ts";
import { refuse } from "../../gate/outcome.ts";
import { answerList, answerRecord, sentFields } from "../answer-call.ts";
import type { Behaviour, Family, FamilyCall } from "../family.ts";
import type { StoredRecord } from "../record-store.ts";
import { contactAt, times } from "./seed-people.ts";

const OBJECTS = "/objects";

const findSchema = (call: FamilyCall): StoredRecord | undefined => {
  const key = call.call.params["key"] ?? call.call.params["schemaKey"] ?? "";
  return call
    .collection(OBJECTS)
    .list()
    .find(({ id, fields }) => id === key || fields["key"] === key);
};

const withSchema = (call: FamilyCall, use: (schema: StoredRecord) => ReturnType<Behaviour>) => {
  const schema = findSchema(call);
  return schema === undefined ? refuse(404, "Object not found") : use(schema);
};

const createSchema: Behaviour = (call) => {
  const fields = sentFields(call);
  const key = textOf(fields["key"]);
  const isTaken = call
    .collection(OBJECTS)
    .list()
    .some((one) => one.fields["key"] === key);
  if (isTaken) return refuse(400, "An object with this key exists");
  const schema = { ...fields, standard: false, dateAdded: call.now, dateUpdated: call.now };
  return answerRecord(call, call.collection(OBJECTS).put(call.newId(), schema));
};

const propertiesOf = ({ properties }: JsonObject): JsonObject =>
  isJsonObject(properties) ? properties : {};

const createRecord: Behaviour = (call) =>
  withSchema(call, (schema) =>
    answerRecord(
      call,
      call.collection("/objects/{schemaKey}/records").put(call.newId(), {
        ...sentFields(call),
        objectId: schema.id,
        objectKey: schema.fields["key"],
        createdAt: call.now,
        updatedAt: call.now,
      }),
    ),
  );

/** An update names the properties that change; the others stay. */
const updateRecord: Behaviour = (call) => {
  const records = call.collection();
  const record = records.find(call.recordId ?? "");
  if (record === undefined) return refuse(404, `Record with id ${call.recordId ?? ""} not found`);
  const sent = sentFields(call);
  const properties = { ...propertiesOf(record.fields), ...propertiesOf(sent) };
  return answerRecord(call, records.put(record.id, { ...sent, properties, updatedAt: call.now }));
};

type Test = (value: unknown, wanted: unknown) => boolean;

const TESTS: Readonly<Record<string, Test>> = {
  eq: (value, wanted) => value === wanted || (Array.isArray(wanted) && wanted.includes(value)),
  not_eq: (value, wanted) => value !== wanted,
  contains: (value, wanted) => textOf(value).toLowerCase().includes(textOf(wanted).toLowerCase()),
  not_contains: (value, wanted) =>
    !textOf(value).toLowerCase().includes(textOf(wanted).toLowerCase()),
  exists: (value) => value !== undefined,
  not_exists: (value) => value === undefined,
};

/** Searches by words and by filters on `properties.<key>` (gohighlevel.md §4.10). */
const searchRecords: Behaviour = (call) =>
  withSchema(call, () => {
    const { filters } = sentFields(call);
    const conditions = (Array.isArray(filters) ? filters : []).filter(isJsonObject);
    const unknown = conditions.find(
      ({ field, operator }) =>
        !textOf(field).startsWith("properties.") || TESTS[textOf(operator)] === undefined,
    );
    if (unknown !== undefined) {
      return refuse(422, ["filters must name a field properties.<key> and a known operator"]);
    }
    const matching = call
      .collection()
      .list()
      .filter(({ fields }) =>
        conditions.every(({ field, operator, value }) => {
          const key = textOf(field).slice("properties.".length);
          return TESTS[textOf(operator)]?.(propertiesOf(fields)[key], value) === true;
        }),
      );
    return answerList(call, matching);
  });

const STANDARD = ["contact", "opportunity", "business"];

/** Custom objects: their schemas, and records with properties that can be searched. */
export const objects: Family = {
  seeds: {
    [OBJECTS]: () => [
      ...STANDARD.map((key) => ({
        key,
        standard: true,
        labels: { singular: key, plural: `${key}s` },
        primaryDisplayProperty: "name",
      })),
      {
        key: "custom_objects.vehicles",
        standard: false,
        labels: { singular: "Vehicle", plural: "Vehicles" },
        primaryDisplayProperty: "custom_objects.vehicles.name",
      },
    ],
    "/objects/{}/records": (context) =>
      times(12, (index) => ({
        objectKey: context.path.split("/")[2] ?? "",
        properties: {
          name: `Record ${index + 1}`,
          colour: ["red", "blue", "green"][index % 3] ?? "",
          contact: contactAt(context, index)?.id ?? "",
        },
      })),
  },
  behaviours: {
    "objects.create-custom-object-schema": createSchema,
    "objects.get-object-schema-by-key": (call) =>
      withSchema(call, (schema) => answerRecord(call, schema)),
    "objects.update-custom-object": (call) =>
      withSchema(call, ({ id }) =>
        answerRecord(call, call.collection(OBJECTS).put(id, sentFields(call))),
      ),
    "objects.create-object-record": createRecord,
    "objects.update-object-record": updateRecord,
    "objects.search-object-records": searchRecords,
  },
};
