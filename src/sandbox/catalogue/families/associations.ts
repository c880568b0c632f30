import { refuse } from "../../gate/outcome.ts";
import { answerList, answerRecord, sentFields } from "../answer-call.ts";
import type { Behaviour, Family } from "../family.ts";

const ASSOCIATIONS = "/associations";
const RELATIONS = "/associations/relations";

/** The same relation twice is refused (gohighlevel.md §4.10). */
const createRelation: Behaviour = (call) => {
  const sent = sentFields(call);
  const relations = call.collection(RELATIONS);
  const names = ["associationId", "firstRecordId", "secondRecordId"];
  if (relations.list().some(({ fields }) => names.every((name) => fields[name] === sent[name]))) {
    return refuse(400, "duplicate relation");
  }
  return answerRecord(call, relations.put(call.newId(), sent));
};

const relationsOf: Behaviour = (call) => {
  const record = call.recordId;
  const { associationIds } = call.query;
  return answerList(
    call,
    call
      .collection(RELATIONS)
      .list()
      .filter(
        ({ fields }) =>
          (fields["firstRecordId"] === record || fields["secondRecordId"] === record) &&
          (!Array.isArray(associationIds) || associationIds.includes(fields["associationId"])),
      ),
  );
};

const byKey: Behaviour = (call) => {
  const found = call
    .collection(ASSOCIATIONS)
    .list()
    .find(({ fields }) => fields["key"] === call.recordId);
  return found === undefined ? refuse(404, "Association not found") : answerRecord(call, found);
};

const byObjectKey: Behaviour = (call) => {
  const found = call
    .collection(ASSOCIATIONS)
    .list()
    .find(({ fields }) =>
      [fields["firstObjectKey"], fields["secondObjectKey"]].includes(call.recordId),
    );
  return found === undefined ? refuse(404, "Association not found") : answerRecord(call, found);
};

/** Associations between objects, and the relations of single records. */
export const associations: Family = {
  seeds: {
    [ASSOCIATIONS]: () => [
      {
        key: "vehicle_owner",
        firstObjectKey: "custom_objects.vehicles",
        firstObjectLabel: "Vehicle",
        secondObjectKey: "contact",
        secondObjectLabel: "Owner",
        associationType: "USER_DEFINED",
      },
    ],
    // Nobody is related to anybody yet.
    [RELATIONS]: () => [],
  },
  behaviours: {
    "associations.create-relation": createRelation,
    "associations.get-relations-by-record-id": relationsOf,
    "associations.get-association-key-by-key-name": byKey,
    "associations.get-association-by-object-keys": byObjectKey,
  },
};
