import { toConnectionId } from "../../core/ids.ts";
import type { LocationId } from "../../core/ids.ts";
import { createPace } from "../../core/pace.ts";
import { type Result, ok } from "../../core/result.ts";
import type { Operation } from "../../ghl/catalog/operation.ts";
import { type Pagination, findPagination } from "../../ghl/catalog/overlays/pagination.ts";
import { type PageCursor, firstPosition } from "../../ghl/page-steps.ts";
import { paginate } from "../../ghl/paginate.ts";
import type { ContextCall, OperationContext } from "../context.ts";
import type { ToolFailure } from "../failure.ts";
import { isRecord } from "../record.ts";
import type { GivenCall } from "./check-call.ts";
import { type ListCursor, pagingNames } from "./list-cursor.ts";

/** A record, and where it stands: the page that it is on, and its place there. */
export interface ListedRow {
  readonly record: unknown;
  readonly page: PageCursor;
  readonly index: number;
}

/** What was read of a list. */
export interface ListedRows {
  readonly rows: readonly ListedRow[];
  /** What fetches the page after the last one read; absent at the end of the list. */
  readonly next?: PageCursor;
  /** The number of all records, where GoHighLevel tells it. */
  readonly total?: number;
  /** Why reading ended before it should have. */
  readonly failure?: ToolFailure;
}

/** What to list, in one location. */
export interface ListRequest {
  readonly operation: Operation;
  readonly pagination: Pagination;
  /** Checked before, with its parameters of paging: see {@link fillPaging}. */
  readonly call: ContextCall;
  readonly location: LocationId | undefined;
  readonly maxPages: number;
  readonly at: ListCursor;
  readonly signal?: AbortSignal;
  /** Is told after each page. */
  onPage?(pages: number): Promise<void>;
}

/** How many records a page has where nobody chose: what a result holds with ease. */
const FEW = 20;

/** Reads a list page by page, from a cursor on. A failure on a later page keeps what was read. */
export async function readPages(
  request: ListRequest,
  context: Pick<OperationContext, "callIn">,
): Promise<Result<ListedRows, ToolFailure>> {
  const { operation, at, location, signal } = request;
  const { call, from } = splitPaging(request);
  const client = toClient(request, context);
  const rows: ListedRow[] = [];
  let next: PageCursor | undefined;
  let total: number | undefined;
  let page: PageCursor | undefined;
  let pages = 0;
  const listing = paginate(
    client,
    {
      ...call,
      operation: operation.id,
      connectionId: BOUND_ELSEWHERE,
      ...(location === undefined ? {} : { locationId: location }),
      ...(signal === undefined ? {} : { signal }),
    },
    { maxPages: request.maxPages, from: at.from ?? from },
  );
  const pace = createPace();
  for await (const item of listing) {
    // Some operations heed no size: their page may have thousands of records.
    await pace();
    if (!item.ok) {
      return rows.length === 0
        ? item
        : ok({ ...toRows({ rows, next, total }), failure: item.failure });
    }
    if (item.value.cursor !== page) {
      page = item.value.cursor;
      pages += 1;
      await request.onPage?.(pages);
    }
    const { record, index } = item.value;
    // By the place on the page: what was a repeat when the page was cut is none when it is read alone.
    if (pages > 1 || index >= at.skip) rows.push({ record, page, index });
    ({ next, total } = item.value);
  }
  return ok(toRows({ rows, next, total }));
}

/**
 * The call with what its first page is asked with, for checking: operations require some of the
 * parameters of paging, which a caller leaves to this server.
 */
export function fillPaging(
  operation: Operation,
  { parameters, body }: GivenCall,
  maxPages: number,
): GivenCall {
  const pagination = findPagination(operation.id);
  if (pagination === undefined) return { parameters, body };
  const start = firstPosition(operation, pagination, toSize(pagination, maxPages)).cursor;
  return pagination.in === "query"
    ? { parameters: { ...start, ...parameters }, body }
    : { parameters, body: isRecord(body) || body === undefined ? { ...start, ...body } : body };
}

/** The context binds the principal's own connection; the listing needs some id to pass along. */
const BOUND_ELSEWHERE = toConnectionId("of-the-context");

function toRows(read: {
  readonly rows: readonly ListedRow[];
  readonly next: PageCursor | undefined;
  readonly total: number | undefined;
}): ListedRows {
  return {
    rows: read.rows,
    ...(read.next === undefined ? {} : { next: read.next }),
    ...(read.total === undefined ? {} : { total: read.total }),
  };
}

function toClient(
  { location, operation, signal }: ListRequest,
  context: Pick<OperationContext, "callIn">,
): Parameters<typeof paginate>[0] {
  return {
    call: async ({ parameters, body }) => {
      const answer = await context.callIn(
        {
          location,
          operation: operation.id,
          ...(signal === undefined ? {} : { signal }),
        },
        { ...(parameters === undefined ? {} : { parameters }), body },
      );
      return answer.ok ? ok({ status: 200, body: answer.value }) : answer;
    },
  };
}

/**
 * Takes the parameters of paging out of the call, and starts with them: whoever asks for page 3, or for
 * 100 a page, gets that.
 */
function splitPaging({ pagination, call }: ListRequest): {
  readonly call: ContextCall;
  readonly from: PageCursor;
} {
  const source = pagination.in === "query" ? call.parameters : call.body;
  const values = isRecord(source) ? source : {};
  const names = pagingNames(pagination);
  const entries = Object.entries(values);
  const from = Object.fromEntries(entries.filter(([name]) => names.includes(name)));
  const rest = Object.fromEntries(entries.filter(([name]) => !names.includes(name)));
  const split = pagination.in === "query" ? { ...call, parameters: rest } : { ...call, body: rest };
  return { call: split, from: withoutFirst(pagination, from) };
}

const toSize = ({ pageSize }: Pagination, maxPages: number): number =>
  maxPages > 1 ? pageSize : Math.min(FEW, pageSize);

/** A caller that goes on by a key does not want the first page as well. */
function withoutFirst(pagination: Pagination, from: PageCursor): PageCursor {
  if (pagination.style !== "last_record" || pagination.page === undefined) return from;
  const keyed = Object.keys(pagination.next).every((name) => from[name] !== undefined);
  return keyed
    ? Object.fromEntries(Object.entries(from).filter(([name]) => name !== pagination.page))
    : from;
}
