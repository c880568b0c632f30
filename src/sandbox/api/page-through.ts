import { fail, ok, type Result } from "../../core/result.ts";
import { isJsonObject } from "../gate/fields.ts";
import type { FieldReader } from "./filter.ts";

/** One key of an ordering. */
interface SortKey {
  readonly field: string;
  readonly direction: "asc" | "desc";
}

type Scalar = string | number;

/** The order of a search; equal records follow their ids. */
export interface Order<Item> {
  readonly compare: (left: Item, right: Item) => number;
  /** The values that place a record in the order, its id last: the `searchAfter` of the next page. */
  readonly toCursor: (item: Item) => readonly Scalar[];
  /** Whether a record comes after a cursor. */
  readonly isAfter: (item: Item, cursor: readonly unknown[]) => boolean;
}

/** Reads the `sort` of a search; the newest record first where there is none. */
export const toOrder = <Item extends { readonly id: string }>(
  sort: unknown,
  reader: FieldReader<Item>,
  newest: SortKey,
): Result<Order<Item>, string[]> => {
  const keys: SortKey[] = [];
  if (sort !== undefined && !Array.isArray(sort)) return fail(["sort must be an array"]);
  for (const [index, entry] of ((sort ?? []) as unknown[]).entries()) {
    if (!isSortKey(entry) || !reader.knows(entry.field)) {
      return fail([`sort.${index} must name a sortable field and a direction, asc or desc`]);
    }
    keys.push(entry);
  }
  return ok(createOrder(keys.length === 0 ? [newest] : keys, reader));
};

const isSortKey = (entry: unknown): entry is SortKey =>
  isJsonObject(entry) &&
  typeof entry["field"] === "string" &&
  (entry["direction"] === "asc" || entry["direction"] === "desc");

const createOrder = <Item extends { readonly id: string }>(
  keys: readonly SortKey[],
  reader: FieldReader<Item>,
): Order<Item> => {
  const toCursor = (item: Item): readonly Scalar[] => [
    ...keys.map(({ field }) => toScalar(reader.read(item, field), reader.isDate(field))),
    item.id,
  ];
  const directions = [...keys.map(({ direction }) => (direction === "asc" ? 1 : -1)), 1];
  const compareCursors = (left: readonly unknown[], right: readonly unknown[]): number => {
    for (const [index, direction] of directions.entries()) {
      const order = compareScalars(left[index], right[index]);
      if (order !== 0) return order * direction;
    }
    return 0;
  };
  return {
    toCursor,
    compare: (left, right) => compareCursors(toCursor(left), toCursor(right)),
    isAfter: (item, cursor) => compareCursors(toCursor(item), cursor) > 0,
  };
};

const toScalar = (value: unknown, isDate: boolean): Scalar => {
  if (isDate && typeof value === "string") return Date.parse(value);
  if (typeof value === "number") return value;
  if (typeof value === "string") return value.toLowerCase();
  return value === undefined || value === null ? "" : JSON.stringify(value);
};

/** Numbers before texts, so that every pair of values has an order. */
const compareScalars = (left: unknown, right: unknown): number => {
  if (typeof left === "number" && typeof right === "number") return left - right;
  if (typeof left === "number") return -1;
  if (typeof right === "number") return 1;
  const [one, other] = [String(left), String(right)];
  if (one === other) return 0;
  return one < other ? -1 : 1;
};
