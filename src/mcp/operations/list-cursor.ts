import { z } from "zod";
import { type Result, ok } from "../../core/result.ts";
import type { Pagination } from "../../ghl/catalog/overlays/pagination.ts";
import type { PageCursor } from "../../ghl/page-steps.ts";
import { readCursorText, writeCursorText } from "../cursor-text.ts";
import type { ToolFailure } from "../failure.ts";
import { wrongArgument } from "../wrong-argument.ts";

/** Where the listing of an operation goes on. */
export interface ListCursor {
  /** The location to go on in, where several are gone over. */
  readonly location?: string;
  /** What fetches the page to go on with; absent: the first. */
  readonly from?: PageCursor;
  /** How many records of that page were handed out already. */
  readonly skip: number;
}

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const wireCursor = z.strictObject({
  l: z.string().max(100).optional(),
  // Among the sort values of a record there is a null where it has no such value.
  f: z.record(z.string().max(60), z.union([scalar, z.array(scalar.nullable())])).optional(),
  s: z.int().min(0).max(1_000_000),
});

/** Writes a cursor; undefined where it is not one that could be read back. */
export function writeListCursor({ location, from, skip }: ListCursor): string | undefined {
  return writeCursorText(wireCursor, { l: location, f: from, s: skip });
}

/**
 * Reads a cursor. It carries no authority: it may only set the parameters of paging of this very
 * operation, and its location is looked for among those that the call was allowed to go over.
 */
export function readListCursor(
  cursor: string | undefined,
  pagination: Pagination,
): Result<ListCursor, ToolFailure> {
  if (cursor === undefined) return ok({ skip: 0 });
  const parts = readCursorText(wireCursor, cursor);
  if (parts === undefined) return notOurs();
  const { l: location, f: from, s: skip } = parts;
  const known = pagingNames(pagination);
  if (Object.keys(from ?? {}).some((name) => !known.includes(name))) return notOurs();
  return ok({
    skip,
    ...(location === undefined ? {} : { location }),
    ...(from === undefined ? {} : { from }),
  });
}

/** The parameters that an operation pages with, that of the size included. */
export function pagingNames(pagination: Pagination): readonly string[] {
  const names = [
    pagination.size,
    "name" in pagination ? pagination.name : undefined,
    "page" in pagination ? pagination.page : undefined,
    ...("next" in pagination ? Object.keys(pagination.next) : []),
    ...("first" in pagination ? Object.keys(pagination.first ?? {}) : []),
  ];
  return names.filter((name) => name !== undefined);
}

/** The failure for a cursor that this tool did not write for this operation. */
export function notOurs(): Result<never, ToolFailure> {
  return wrongArgument(
    "cursor",
    "is not a next_cursor of this operation; leave it out to start again",
  );
}
