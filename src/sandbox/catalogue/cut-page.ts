import type { Pagination } from "../../ghl/catalog/overlays/pagination.ts";
import type { JsonObject } from "../gate/fields.ts";
import type { AnswerPath } from "./find-place.ts";
import type { StoredRecord } from "./record-store.ts";

/** One page of a listing. */
export interface ListPage {
  readonly rows: readonly StoredRecord[];
  /** What the page adds to each of its rows: the key that the next page starts from. */
  readonly keys: readonly JsonObject[];
  /** What the answer says beside the rows: the total, and where the next page starts. */
  readonly beside: readonly (readonly [AnswerPath, unknown])[];
}

/** No page is larger, whatever is asked for. */
const MAX_PAGE_SIZE = 100;

/** Cuts the page that a request asks for, in the style of its operation (gohighlevel.md §4.9). */
export const cutPage = (
  records: readonly StoredRecord[],
  pagination: Pagination,
  given: JsonObject,
): ListPage => {
  const size = toSize(pagination, given);
  const start = toStart(records, pagination, { given, size });
  const rows = pagination.style === "single" ? records : records.slice(start, start + size);
  const end = start + rows.length;
  return {
    rows,
    keys: rows.map((row, index) => toKeys(pagination, row, start + index + 1)),
    beside: [
      ...(pagination.total === undefined
        ? []
        : [[toPath(pagination.total), records.length] as const]),
      ...(pagination.style === "cursor" ? toCursor(pagination, records, end) : []),
    ],
  };
};

/** The names of an answer's path; the empty text is the answer itself. */
export const toPath = (dotted: string): AnswerPath => (dotted === "" ? [] : dotted.split("."));

const toSize = ({ size, pageSize }: Pagination, given: JsonObject): number => {
  const asked = size === undefined ? pageSize : Number(given[size] ?? pageSize);
  return Number.isInteger(asked) && asked > 0 ? Math.min(asked, MAX_PAGE_SIZE) : pageSize;
};

const toStart = (
  records: readonly StoredRecord[],
  pagination: Pagination,
  { given, size }: { readonly given: JsonObject; readonly size: number },
): number => {
  switch (pagination.style) {
    case "offset":
      return toCount(given[pagination.name]);
    case "page":
      return toPageStart(given[pagination.name], size);
    case "cursor":
      return toPosition(records, Object.keys(pagination.next), given) ?? 0;
    case "last_record": {
      const position = toPosition(records, Object.keys(pagination.next), given);
      if (position !== undefined || pagination.page === undefined) return position ?? 0;
      return toPageStart(given[pagination.page], size);
    }
    case "single":
      return 0;
  }
};

const toCount = (value: unknown): number => {
  const count = Number(value ?? 0);
  return Number.isInteger(count) && count > 0 ? count : 0;
};

const toPageStart = (page: unknown, size: number): number =>
  (Math.max(toCount(page ?? 1), 1) - 1) * size;

/** How many records come before the page that a cursor leads to: by the id in it, else by number. */
const toPosition = (
  records: readonly StoredRecord[],
  names: readonly string[],
  given: JsonObject,
): number | undefined => {
  const parts = names
    .map((name) => given[name])
    .flatMap((value): readonly unknown[] => (Array.isArray(value) ? value : [value]))
    .filter((value) => value !== undefined && value !== "");
  if (parts.length === 0) return undefined;
  const index = records.findIndex(({ id }) => parts.includes(id));
  if (index >= 0) return index + 1;
  const count = parts.map(Number).find((value) => Number.isInteger(value) && value >= 0);
  // A cursor that leads nowhere has nothing behind it.
  return count ?? records.length;
};

/** A row's own key: its id, or its place and its id where a key has several parts. */
const toKeys = (pagination: Pagination, row: StoredRecord, position: number): JsonObject =>
  pagination.style !== "last_record"
    ? {}
    : Object.fromEntries(
        Object.values(pagination.next).map((field) => [
          field,
          field === "id" ? row.id : [position, row.id],
        ]),
      );

const toCursor = (
  { next, more }: Extract<Pagination, { style: "cursor" }>,
  records: readonly StoredRecord[],
  end: number,
): (readonly [AnswerPath, unknown])[] => {
  const hasMore = end < records.length;
  const last = records[end - 1];
  return [
    ...(more === undefined ? [] : [[toPath(more), hasMore] as const]),
    ...Object.entries(next).map(
      ([name, path]) =>
        [toPath(path), hasMore ? toCursorValue(name, last?.id ?? "", end) : undefined] as const,
    ),
  ];
};

const toCursorValue = (name: string, id: string, end: number): unknown => {
  if (name.endsWith("Id")) return id;
  return name === "startAfter" ? end : String(end);
};
