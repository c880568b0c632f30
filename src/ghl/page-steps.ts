import type { Operation } from "./catalog/operation.ts";
import type { Pagination } from "./catalog/overlays/pagination.ts";
import { isPlainObject } from "./coerce-value.ts";

/** The paging parameters that fetch one page; plain JSON, to be kept and handed back. */
export type PageCursor = Readonly<Record<string, unknown>>;

/** Where a listing stands before a page. */
export interface PagePosition {
  readonly cursor: PageCursor;
  /** Records of the listing before this page, as GoHighLevel counts them. */
  readonly before: number;
}

/** One page, read. */
export interface Page {
  readonly records: readonly unknown[];
  /** Absent after the last page. */
  readonly next?: PagePosition;
  /** The number of all records, where the answer tells it. */
  readonly total?: number;
}

/** The value at a dotted path; undefined where the path leads nowhere. */
const valueAt = (root: unknown, path: string): unknown => {
  let value = root;
  for (const name of path === "" ? [] : path.split(".")) {
    if (Array.isArray(value)) value = value[Number(name)];
    else if (isPlainObject(value) && Object.hasOwn(value, name)) value = value[name];
    else return undefined;
  }
  return value;
};

/** The first page: with a size of the caller's or the usual one, and what the style begins with. */
export const firstPosition = (
  operation: Operation,
  pagination: Pagination,
  pageSize: number | undefined,
): PagePosition => {
  const size = pageSize ?? pagination.pageSize;
  return {
    before: 0,
    cursor: {
      ...(pagination.size !== undefined && {
        [pagination.size]: inType(operation, pagination.size, size),
      }),
      ...(pagination.style === "offset" && {
        [pagination.name]: inType(operation, pagination.name, 0),
      }),
      ...(pagination.style === "last_record" && pagination.first),
      ...(pagination.style === "page" && { [pagination.name]: 1 }),
      ...(pagination.style === "last_record" &&
        pagination.page !== undefined && { [pagination.page]: 1 }),
    },
  };
};

/** Goes on from a cursor of an earlier listing. */
export const resumedPosition = (pagination: Pagination, cursor: PageCursor): PagePosition => {
  const position = "name" in pagination ? Number(cursor[pagination.name] ?? 0) : 0;
  if (pagination.style === "offset") return { cursor, before: position };
  const size = Number(cursor[pagination.size ?? ""] ?? pagination.pageSize);
  return { cursor, before: pagination.style === "page" ? (position - 1) * size : 0 };
};

/**
 * Reads a page and says how to fetch the next one; undefined where the answer has no list at the
 * place of the records. Pure. A short page is not taken for the last one: GoHighLevel caps sizes and
 * drops records after counting. The last page is the empty one, or the one that reaches the total.
 */
export const readPage = (
  operation: Operation,
  pagination: Pagination,
  given: { readonly position: PagePosition; readonly body: unknown },
): Page | undefined => {
  const { position, body } = given;
  const records = valueAt(body, pagination.records);
  if (!Array.isArray(records)) return undefined;
  const count = position.before + records.length;
  const total = toTotal(pagination, body);
  const page = { records, ...(total !== undefined && { total }) };
  if (records.length === 0 || (total !== undefined && count >= total)) return page;
  const cursor = nextCursor(operation, pagination, { position, body, records, count });
  return cursor === undefined ? page : { ...page, next: { cursor, before: count } };
};

const toTotal = ({ total: path }: Pagination, body: unknown): number | undefined => {
  const total = path === undefined ? undefined : valueAt(body, path);
  return typeof total === "number" && Number.isFinite(total) ? total : undefined;
};

interface ReadRecords {
  readonly position: PagePosition;
  readonly body: unknown;
  readonly records: readonly unknown[];
  readonly count: number;
}

const nextCursor = (
  operation: Operation,
  pagination: Pagination,
  given: ReadRecords,
): PageCursor | undefined => {
  const { cursor } = given.position;
  switch (pagination.style) {
    case "offset":
      return { ...cursor, [pagination.name]: inType(operation, pagination.name, given.count) };
    case "page":
      return followingPage(cursor, pagination.name);
    case "cursor":
      return cursorOfAnswer(pagination, given);
    case "last_record":
      return cursorOfRecord(operation, pagination, given);
    case "single":
      return undefined;
  }
};

const followingPage = (cursor: PageCursor, name: string): PageCursor => ({
  ...cursor,
  [name]: Number(cursor[name] ?? 1) + 1,
});

const cursorOfAnswer = (
  { more, next }: Extract<Pagination, { style: "cursor" }>,
  { body, position }: ReadRecords,
): PageCursor | undefined => {
  const isLast = more !== undefined && valueAt(body, more) === false;
  const values = isLast ? undefined : pick(body, next);
  return values === undefined ? undefined : { ...position.cursor, ...values };
};

const cursorOfRecord = (
  operation: Operation,
  { next, page }: Extract<Pagination, { style: "last_record" }>,
  { records, position: { cursor } }: ReadRecords,
): PageCursor | undefined => {
  const values = pick(records.at(-1), next);
  if (values === undefined) return page === undefined ? undefined : followingPage(cursor, page);
  // GoHighLevel takes a page or a key, not both.
  const rest = Object.entries(cursor).filter(
    ([name]) => name !== page || isRequired(operation, name),
  );
  return { ...Object.fromEntries(rest), ...values };
};

/** The values at all these paths; undefined unless every one is there. */
const pick = (root: unknown, paths: Readonly<Record<string, string>>): PageCursor | undefined => {
  const values = Object.entries(paths).map(([name, path]) => [name, valueAt(root, path)] as const);
  const isMissing = values.some(
    ([, value]) => value === undefined || value === null || value === "",
  );
  return isMissing ? undefined : Object.fromEntries(values);
};

const isRequired = ({ body }: Operation, name: string): boolean =>
  body?.fields?.[name]?.required === true;

/** Several operations declare their numbers as strings, and refuse numbers in a body. */
const inType = (operation: Operation, name: string, value: number): number | string => {
  const parameter = operation.parameters.find((one) => one.name === name);
  const type = parameter?.type ?? operation.body?.fields?.[name]?.type;
  return type === "string" ? String(value) : value;
};
