import { fail, ok, type Result } from "../core/result.ts";
import type { GhlCall, GhlClient } from "./call.ts";
import { findOperation } from "./catalog/index.ts";
import type { Operation } from "./catalog/operation.ts";
import { findPagination, type Pagination } from "./catalog/overlays/pagination.ts";
import { isPlainObject } from "./coerce-value.ts";
import type { GhlFailure } from "./errors.ts";
import {
  firstPosition,
  type Page,
  type PageCursor,
  type PagePosition,
  readPage,
  resumedPosition,
} from "./page-steps.ts";

/** How far to list, and from where. */
export interface PaginateOptions {
  readonly maxRecords?: number;
  readonly maxPages?: number;
  /** Records per page, where the operation lets it be chosen. */
  readonly pageSize?: number;
  /** The cursor of a page to go on from; its own records come again. */
  readonly from?: PageCursor;
}

/** A record with the page that it came on. */
export interface ListedRecord {
  readonly record: unknown;
  /** The place of the record on its page, from 0; repeats that are left out count. */
  readonly index: number;
  /** What fetches this record's page again. */
  readonly cursor: PageCursor;
  /** What fetches the page after this record's; absent on the last page. */
  readonly next?: PageCursor;
  /** The number of all records, where GoHighLevel tells it. */
  readonly total?: number;
}

/** A record, or why the listing ends before its end. */
export type ListItem = Result<ListedRecord, GhlFailure>;

/**
 * Lists the records of an operation over all its pages, whatever its style. Each record comes once: one
 * that moved to a later page while the listing ran is recognised by its id. A failure is the last
 * item. Repeats and limits are those of `client.call`, and each page has the call's deadline.
 */
export const paginate = async function* (
  client: Pick<GhlClient, "call">,
  call: GhlCall,
  options: PaginateOptions = {},
): AsyncGenerator<ListItem, void, undefined> {
  const operation = findOperation(call.operation);
  const pagination = findPagination(call.operation);
  if (operation === undefined || pagination === undefined) yield fail(notListing(call));
  else yield* listPages({ client, call, operation, pagination, options });
};

const listPages = async function* (given: {
  readonly client: Pick<GhlClient, "call">;
  readonly call: GhlCall;
  readonly operation: Operation;
  readonly pagination: Pagination;
  readonly options: PaginateOptions;
}): AsyncGenerator<ListItem, void, undefined> {
  const { client, call, operation, pagination, options } = given;
  const seen = new Set<string>();
  const { maxRecords = Infinity, maxPages = Infinity } = options;
  let position: PagePosition | undefined = startPosition(operation, pagination, options);
  let yielded = 0;
  let pages = 0;
  while (position !== undefined && pages < maxPages && yielded < maxRecords) {
    pages += 1;
    const answer = await client.call(withCursor(call, pagination, position.cursor));
    if (!answer.ok) {
      yield answer;
      return;
    }
    const read = readPage(operation, pagination, { position, body: answer.value.body });
    if (read === undefined) {
      yield fail({ kind: "malformed_answer", status: answer.value.status });
      return;
    }
    const fresh = read.records
      .map((record, index) => ({ record, index }))
      .filter(({ record }) => isNew(record, seen));
    for (const one of fresh.slice(0, maxRecords - yielded)) {
      yielded += 1;
      yield ok({ ...one, ...toPlace(position, read) });
    }
    // A page without anything new: the operation does not heed the parameters of paging.
    position = fresh.length === 0 ? undefined : read.next;
  }
};

const toPlace = (
  position: PagePosition,
  { next, total }: Page,
): Omit<ListedRecord, "record" | "index"> => ({
  cursor: position.cursor,
  ...(next !== undefined && { next: next.cursor }),
  ...(total !== undefined && { total }),
});

const startPosition = (
  operation: Operation,
  pagination: Pagination,
  { from, pageSize }: PaginateOptions,
): PagePosition =>
  from === undefined
    ? firstPosition(operation, pagination, pageSize)
    : resumedPosition(pagination, from);

const notListing = ({ operation }: GhlCall): GhlFailure => ({
  kind: "invalid_parameter",
  parameter: "operation",
  problem:
    findOperation(operation) === undefined
      ? "is not known to the catalogue"
      : "does not list records in pages; call it instead",
});

const withCursor = (call: GhlCall, pagination: Pagination, cursor: PageCursor): GhlCall =>
  pagination.in === "query"
    ? { ...call, parameters: { ...call.parameters, ...cursor } }
    : { ...call, body: { ...(isPlainObject(call.body) ? call.body : {}), ...cursor } };

/** Whether a record has not been listed yet. One without an id always counts as new. */
const isNew = (record: unknown, seen: Set<string>): boolean => {
  const id = isPlainObject(record) ? (record["id"] ?? record["_id"]) : undefined;
  if (typeof id !== "string") return true;
  if (seen.has(id)) return false;
  seen.add(id);
  return true;
};
