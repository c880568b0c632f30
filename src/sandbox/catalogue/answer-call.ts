import { findPagination, type Pagination } from "../../ghl/catalog/overlays/pagination.ts";
import { isJsonObject, type JsonObject } from "../gate/fields.ts";
import { answer, type Outcome, refuse } from "../gate/outcome.ts";
import { bodyFields } from "./call.ts";
import type { FamilyCall } from "./family.ts";
import { fillObject, isListShape, isObjectShape } from "./fill-shape.ts";
import { cutPage, type ListPage, toPath } from "./cut-page.ts";
import {
  type AnswerPath,
  findListPath,
  findRecordPath,
  shapeAt,
  withValueAt,
} from "./find-place.ts";
import { keepMatching } from "./keep-matching.ts";
import type { StoredRecord } from "./record-store.ts";
import type { Shape } from "./shape.ts";

/**
 * Answers a call that has been judged: lists, creates, reads, changes and deletes the records of its
 * collection, or shapes an answer by the spec where it has none.
 */
export const answerCall = (call: FamilyCall): Outcome => {
  switch (call.role.role) {
    case "list":
      return answerList(call);
    case "create":
      return answerRecord(call, call.collection().put(call.newId(), sentFields(call)));
    case "read":
      return withRecord(call, (record) => answerRecord(call, record));
    case "update":
      return withRecord(call, ({ id }) =>
        answerRecord(call, call.collection().put(id, sentFields(call))),
      );
    case "delete":
      return withRecord(call, (record) => {
        call.collection().delete(record.id);
        return answerRecord(call, record);
      });
    case "other":
      return answerOther(call);
  }
};

/** What a request says about the record itself: the fields of its body, location and all. */
export const sentFields = ({ call, locationId }: FamilyCall): JsonObject => ({
  ...bodyFields(call.body),
  ...(locationId === undefined ? {} : { locationId }),
});

/** Goes on with the record that the path names, if it is there and belongs to the caller. */
const withRecord = (call: FamilyCall, use: (record: StoredRecord) => Outcome): Outcome => {
  const id = call.recordId ?? "";
  const found = call.collection().find(id);
  if (found !== undefined) return use(found);
  // Where nothing lists or creates the records, any id may be one.
  if (!call.isKept) return use({ id, fields: {} });
  return call.isForeign(id)
    ? refuse(403, "The token does not have access to this location.")
    : refuse(404, `Record with id ${id} not found`);
};

/** Answers with one record, in the place that the shape has for it. */
export const answerRecord = (call: FamilyCall, record: StoredRecord): Outcome => {
  const { status, shape } = call.answer;
  if (shape === undefined) return answer(status, presentRecord(call, record, undefined));
  const path = findRecordPath(shape);
  const whole = fillWhole(call, { ...call.echo, id: record.id, _id: record.id });
  const place = shapeAt(shape, path);
  // What a deletion says of itself is no record.
  if (call.role.role === "delete" && !hasId(place)) return answer(status, whole);
  return answer(status, withValueAt(whole, path, presentRecord(call, record, place)));
};

const hasId = (shape: Shape | undefined): boolean =>
  isObjectShape(shape) && ("id" in shape || "_id" in shape);

/** A record in a shape. What was sent or seeded stands as it is; the rest follows from the id. */
const presentRecord = (
  call: FamilyCall,
  { id, fields }: StoredRecord,
  shape: Shape | undefined,
): JsonObject => {
  const names = ["id", "_id"].filter((name) => isObjectShape(shape) && name in shape);
  const ids = Object.fromEntries((names.length === 0 ? ["id"] : names).map((name) => [name, id]));
  const known = { ...fields, ...ids };
  return isObjectShape(shape)
    ? { ...known, ...fillObject(shape, { key: id, known }, call.fill) }
    : known;
};

/** The answer as its shape has it, with what is known of its top level. */
const fillWhole = (call: FamilyCall, known: JsonObject): JsonObject => {
  const { shape } = call.answer;
  const key = `${call.facts.id} ${call.recordId ?? ""}`;
  return isObjectShape(shape) ? fillObject(shape, { key, known }, call.fill) : {};
};

/** Answers with records, cut into pages where the operation has them. */
export const answerList = (call: FamilyCall, all = call.collection().list()): Outcome => {
  const { status, shape } = call.answer;
  const pagination = findPagination(call.facts.id);
  const { at, rowShape, whole } = placeRows(call, pagination);
  const present = (record: StoredRecord): JsonObject => presentRecord(call, record, rowShape);
  const matching = keepMatching(call, all, present);
  const page: ListPage =
    pagination === undefined
      ? { rows: matching, keys: [], beside: [] }
      : cutPage(matching, pagination, givenOf(call, pagination));
  const rows = page.rows.map((row, index) => ({ ...present(row), ...page.keys[index] }));
  const beside = [...toCounts(shape, matching.length), ...page.beside];
  const body = beside.reduce((value, [place, one]) => withValueAt(value, place, one), whole);
  return answer(status, withValueAt(body, at, rows));
};

const givenOf = (call: FamilyCall, pagination: Pagination): JsonObject =>
  pagination.in === "body" ? bodyFields(call.call.body) : call.query;

/** Where the rows of a list stand, their shape, and what stands around them. */
const placeRows = (
  call: FamilyCall,
  pagination: Pagination | undefined,
): {
  readonly at: AnswerPath;
  readonly rowShape: Shape | undefined;
  readonly whole: unknown;
} => {
  const { shape } = call.answer;
  const path = pagination === undefined ? findListPath(shape) : toPath(pagination.records);
  const at = path ?? [lastWord(call.facts.path)];
  const listed = shapeAt(shape, at);
  // Some specs shape a list as one of its records.
  if (listed === undefined && hasId(shape)) return { at, rowShape: shape, whole: {} };
  return { at, rowShape: toRowShape(listed), whole: fillWhole(call, call.echo) };
};

const lastWord = (path: string): string =>
  path.split("/").findLast((segment) => /^[\w-]+$/u.test(segment)) ?? "data";

const toRowShape = (shape: Shape | undefined): Shape | undefined =>
  shape !== undefined && isListShape(shape) ? shape[0] : undefined;

/** `total` and `count` beside a list, where the table of listings does not know them. */
const toCounts = (shape: Shape | undefined, count: number): (readonly [AnswerPath, number])[] =>
  isObjectShape(shape)
    ? Object.entries(shape)
        .filter(([name, one]) => /^(?:total|count|totalCount)$/u.test(name) && one === "number")
        .map(([name]) => [[name], count])
    : [];

/** Shapes an answer from the spec; the names of what was sent, and of the record at hand, keep their values. */
const answerOther = (call: FamilyCall): Outcome => {
  const { status, shape } = call.answer;
  const isListing =
    call.facts.method === "GET" && !hasId(shape) && findListPath(shape) !== undefined;
  if (isListing) return answerList(call);
  const id = call.recordId;
  const known: JsonObject = {
    ...call.echo,
    ...bodyFields(call.call.body),
    ...(id === undefined ? {} : { id, _id: id }),
  };
  if (!isObjectShape(shape)) {
    return answer(status, shape === undefined ? toPlainAnswer(call) : call.fillAny(shape));
  }
  const path = findRecordPath(shape);
  const whole = fillWhole(call, known);
  const place = shapeAt(shape, path);
  if (path.length === 0 || !isObjectShape(place)) return answer(status, whole);
  const key = id ?? call.facts.id;
  return answer(status, withValueAt(whole, path, fillObject(place, { key, known }, call.fill)));
};

/** What is answered where the spec is silent: that it was done, and what it was done to. */
const toPlainAnswer = (call: FamilyCall): JsonObject => ({
  ...(call.isV3 ? { succeeded: true } : { succeded: true }),
  ...(call.recordId === undefined ? {} : { id: call.recordId }),
  ...(isJsonObject(call.call.body.value) ? call.call.body.value : {}),
  traceId: call.traceId(),
});
