import { ok } from "../../core/result.ts";
import { type Pagination, findPagination } from "../../ghl/catalog/overlays/pagination.ts";
import { CANNOT_GO_ON } from "../cursor-text.ts";
import { toErrorText } from "../errors.ts";
import { fitRows, shapeAnswer, toFieldsNote } from "../shape/shape-answer.ts";
import type { ToolOutcome, ToolOutput } from "../tool.ts";
import { type CheckedCall, checkCall } from "./check-call.ts";
import { type ListCursor, notOurs, readListCursor, writeListCursor } from "./list-cursor.ts";
import { type ListedRows, fillPaging, readPages } from "./read-pages.ts";
import { type ReadRequest, toListName } from "./read-request.ts";

/** Runs a reading operation in one location, or for the company. */
export async function readOne(request: ReadRequest): Promise<ToolOutcome> {
  const { operation, context } = request;
  const pagination = findPagination(operation.id);
  if (pagination === undefined && request.cursor !== undefined) return notOurs();
  const given = fillPaging(operation, request, request.pages ?? 1);
  const checked = await checkCall(operation, given, context);
  if (!checked.ok) return checked;
  if (pagination !== undefined) return readList(request, checked.value, pagination);
  const answer = await context.callIn(
    { location: checked.value.location, operation: operation.id },
    checked.value.call,
  );
  return answer.ok ? ok(shapeAnswer(operation, answer.value, request)) : answer;
}

async function readList(
  request: ReadRequest,
  { call, location }: CheckedCall,
  pagination: Pagination,
): Promise<ToolOutcome> {
  const { operation, context, pages: maxPages = 1 } = request;
  const at = readListCursor(request.cursor, pagination);
  if (!at.ok) return at;
  // The cursor of a reading over several locations, without them.
  if (at.value.location !== undefined) return notOurs();
  const read = await readPages(
    {
      operation,
      pagination,
      call,
      location,
      maxPages,
      at: at.value,
      onPage: (done) => context.progress({ done, total: maxPages, message: "pages read" }),
    },
    context,
  );
  return read.ok ? ok(toListOutput(request, pagination, read.value)) : read;
}

function toListOutput(
  request: ReadRequest,
  pagination: Pagination,
  listed: ListedRows,
): ToolOutput {
  const { operation, context } = request;
  const name = toListName(pagination.records);
  const { rows, total, failure } = listed;
  const records = rows.map(({ record }) => record);
  const fitted = fitRows(records, { operation, name }, request);
  const { kept } = fitted;
  const next = toNext(listed, kept);
  const cursor = next === undefined ? undefined : writeListCursor(next);
  const notes = [
    kept < rows.length ? `cut after ${kept} of ${rows.length} read` : undefined,
    kept < rows.length && cursor !== undefined
      ? "go on with cursor, or ask for fewer fields"
      : undefined,
    next !== undefined && cursor === undefined ? CANNOT_GO_ON : undefined,
    failure === undefined
      ? undefined
      : `reading ended early: ${toErrorText(failure, context.errorText)}`,
    toFieldsNote(records, request),
  ].filter((note) => note !== undefined);
  return {
    [name]: fitted.records,
    total,
    next_cursor: cursor,
    note: notes.join("; "),
  };
}

/** Where to go on after the rows that were kept: within a page, or with the one after the last. */
export function toNext({ rows, next }: ListedRows, kept: number): ListCursor | undefined {
  const first = rows[kept];
  if (first !== undefined) return { from: first.page, skip: first.index };
  return next === undefined ? undefined : { from: next, skip: 0 };
}
