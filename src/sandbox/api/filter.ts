import { fail, ok, type Result } from "../../core/result.ts";
import { isJsonObject, type JsonObject } from "../gate/fields.ts";
import { toInstant } from "../world/local-time.ts";

/** How a search reads the fields of its records. */
export interface FieldReader<Item> {
  /** Whether filters and sorts may name the field. */
  knows(field: string): boolean;
  /** The field's value; undefined where the record has none. */
  read(item: Item, field: string): unknown;
  /** Fields that hold a point in time, as ISO text. */
  isDate(field: string): boolean;
  /** The time zone in which dates without an offset are meant. */
  readonly timezone: string;
}

type Test<Item> = (item: Item) => boolean;

const OPERATORS = ["eq", "not_eq", "contains", "not_contains", "exists", "not_exists", "range"];

/**
 * Turns the `filters` of a search into a test; entries side by side must all hold. The failure is the
 * list of complaints, for a 422.
 */
export const toTest = <Item>(
  filters: unknown,
  reader: FieldReader<Item>,
): Result<Test<Item>, string[]> => {
  if (filters === undefined) return ok(() => true);
  if (!Array.isArray(filters)) return fail(["filters must be an array"]);
  const complaints: string[] = [];
  const tests = filters.map((entry: unknown, index) =>
    toEntryTest(entry, reader, { path: `filters.${index}`, complaints }),
  );
  if (complaints.length > 0) return fail(complaints);
  return ok((item) => tests.every((test) => test(item)));
};

interface Place {
  readonly path: string;
  readonly complaints: string[];
}

const toEntryTest = <Item>(entry: unknown, reader: FieldReader<Item>, at: Place): Test<Item> => {
  if (!isJsonObject(entry)) return complain(at, "must be an object");
  return Object.hasOwn(entry, "group")
    ? toGroupTest(entry, reader, at)
    : toFieldTest(entry, reader, at);
};

const toGroupTest = <Item>(entry: JsonObject, reader: FieldReader<Item>, at: Place): Test<Item> => {
  const { group, filters } = entry;
  if (group !== "AND" && group !== "OR") return complain(at, "group must be AND or OR");
  if (!Array.isArray(filters)) return complain(at, "filters must be an array");
  const tests = filters.map((inner: unknown, index) =>
    toEntryTest(inner, reader, { ...at, path: `${at.path}.filters.${index}` }),
  );
  return group === "AND"
    ? (item) => tests.every((test) => test(item))
    : (item) => tests.some((test) => test(item));
};

const toFieldTest = <Item>(entry: JsonObject, reader: FieldReader<Item>, at: Place): Test<Item> => {
  const { field, operator, value } = entry;
  if (typeof field !== "string" || !reader.knows(field)) {
    return complain(at, `field ${String(field)} is not a valid filter field`);
  }
  if (typeof operator !== "string" || !OPERATORS.includes(operator)) {
    return complain(at, `operator must be one of the following values: ${OPERATORS.join(", ")}`);
  }
  const negated = operator.startsWith("not_");
  const test = toOperatorTest(negated ? operator.slice(4) : operator, value, {
    timezone: reader.timezone,
    isDate: reader.isDate(field),
  });
  if (typeof test === "string") return complain(at, test);
  return (item) => test(reader.read(item, field)) !== negated;
};

interface FieldKind {
  readonly timezone: string;
  readonly isDate: boolean;
}

const toOperatorTest = (
  operator: string,
  value: unknown,
  kind: FieldKind,
): ((found: unknown) => boolean) | string => {
  if (operator === "exists") return (found) => !isBlank(found);
  if (operator === "range") return toRangeTest(value, kind);
  if (isBlank(value)) return "value should not be empty";
  const wanted = (Array.isArray(value) ? value : [value]).map(toComparable);
  const compare =
    operator === "contains"
      ? (text: string) => wanted.some((part) => text.includes(part))
      : (text: string) => wanted.includes(text);
  return (found) => toList(found).some((item) => compare(toComparable(item)));
};

const toRangeTest = (value: unknown, kind: FieldKind): ((found: unknown) => boolean) | string => {
  if (!isJsonObject(value)) return "value must be an object with gt, gte, lt or lte";
  const toNumber = (bound: unknown): number =>
    kind.isDate ? toInstant(bound, kind.timezone) : Number(bound);
  const bounds = Object.entries(value).map(([name, bound]) => ({ name, limit: toNumber(bound) }));
  const isWrong = ({ name, limit }: { name: string; limit: number }): boolean =>
    !Object.hasOwn(COMPARISONS, name) || Number.isNaN(limit);
  if (bounds.length === 0 || bounds.some(isWrong)) {
    return "value must be an object with gt, gte, lt or lte";
  }
  return (found) =>
    !isBlank(found) &&
    bounds.every(({ name, limit }) => COMPARISONS[name]?.(toNumber(found), limit) === true);
};

const COMPARISONS: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  gt: (left, right) => left > right,
  gte: (left, right) => left >= right,
  lt: (left, right) => left < right,
  lte: (left, right) => left <= right,
};

const complain = <Item>({ path, complaints }: Place, text: string): Test<Item> => {
  complaints.push(`${path} ${text}`);
  return () => false;
};

const isBlank = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === "" ||
  (Array.isArray(value) && value.length === 0);

const toList = (value: unknown): readonly unknown[] => {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
};

const toComparable = (value: unknown): string => String(value).toLowerCase();
