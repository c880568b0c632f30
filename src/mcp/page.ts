import { z } from "zod";
import { type Result, ok } from "../core/result.ts";
import {
  CANNOT_GO_ON,
  MAX_CURSOR_CHARACTERS,
  readCursorText,
  writeCursorText,
} from "./cursor-text.ts";
import type { ToolFailure } from "./failure.ts";
import { fitRecords } from "./result.ts";
import type { ToolOutput } from "./tool.ts";
import { wrongArgument } from "./wrong-argument.ts";

/** Where GoHighLevel (or we) should go on reading: its own sort values, null where it has none, or an offset. */
export type Position = readonly (string | number | null)[];

/**
 * Where a list goes on. `skip` counts records of the page at `from` that were handed out already: a
 * page that did not fit is read again and continued at the record where it was cut.
 */
export interface PageCursor {
  readonly from: Position | undefined;
  readonly skip: number;
  /** How many records of the list were read before the page at `from`. */
  readonly before: number;
  /** The size that the page at `from` was read with, where `skip` counts on it. */
  readonly size: number | undefined;
}

/** The argument that continues a list: the `next_cursor` of the last result. */
export const CURSOR_FIELD = z.string().max(MAX_CURSOR_CHARACTERS).optional();

/** The top level of a list result: the records under `name`, and how to go on. */
export function pageOutput(name: string): z.ZodObject {
  return z.strictObject({
    [name]: z.array(z.looseObject({})),
    total: z.int().optional(),
    next_cursor: z.string().optional(),
    note: z.string().optional(),
    untrusted: z.string().optional(),
  });
}

/** The largest `limit` of any tool. */
const MAX_LIMIT = 200;

const wireCursor = z.tuple([
  z
    .array(z.union([z.string(), z.number(), z.null()]))
    .readonly()
    .nullable(),
  z.int().min(0),
  z.int().min(0),
  z.int().min(1).max(MAX_LIMIT).nullable(),
]);

const START: PageCursor = { from: undefined, skip: 0, before: 0, size: undefined };

/** Reads a cursor. It carries no authority: it only says where to go on within the caller's own list. */
export function readCursor(cursor: string | undefined): Result<PageCursor, ToolFailure> {
  if (cursor === undefined) return ok(START);
  const parts = readCursorText(wireCursor, cursor);
  if (parts !== undefined) {
    const [from, skip, before, size] = parts;
    return ok({ from: from ?? undefined, skip, before, size: size ?? undefined });
  }
  return wrongArgument("cursor", "is not a next_cursor of this tool; leave it out to start again");
}

/** Writes a cursor; undefined where its position is not one that could be read back. */
function writeCursor({ from, skip, before, size }: PageCursor): string | undefined {
  return writeCursorText(wireCursor, [from ?? null, skip, before, size ?? null]);
}

/** The size to read a page with: a page that was begun is read as it was, whatever is asked for now. */
export function toPageSize({ size }: PageCursor, limit: number): number {
  return size ?? limit;
}

/** Where the page after this one starts; undefined at the end, `lost` where nothing says where to go on. */
export type Following = Position | "lost" | undefined;

/** One page as it was read, projected. */
export interface ReadPage {
  readonly cursor: PageCursor;
  /** All records of the page, those that are to be skipped included. */
  readonly records: readonly ToolOutput[];
  /** How many records the caller takes now. */
  readonly limit: number;
  readonly next: Following;
}

/** A page, and where GoHighLevel says that the list goes on after it. */
export interface PageEnd {
  readonly cursor: PageCursor;
  readonly records: readonly unknown[];
  /** The number of all records, where GoHighLevel tells it. */
  readonly total: number | undefined;
  readonly position: Position | undefined;
}

/**
 * Where a list goes on: it ends with an empty page, or where the total is reached. A short page is not
 * taken for the last one, as in ghl/page-steps.ts.
 */
export function toFollowing({ cursor, records, total, position }: PageEnd): Following {
  const isLast =
    records.length === 0 || (total !== undefined && cursor.before + records.length >= total);
  return isLast ? undefined : (position ?? "lost");
}

/** The records that fit, and how to go on: `next_cursor`, and a `note` where the page was cut or that is unknown. */
export function toPage(page: ReadPage): {
  readonly records: readonly ToolOutput[];
  readonly more: ToolOutput;
} {
  const { cursor, limit } = page;
  const wanted = page.records.slice(cursor.skip, cursor.skip + limit);
  const { records, kept } = fitRecords(wanted);
  const isCut = kept < wanted.length;
  const following = toCursorAfter(page, cursor.skip + kept);
  if (following === undefined) return { records, more: {} };
  const written = following === "lost" ? undefined : writeCursor(following);
  const cut = isCut ? [`cut after ${kept} records to stay short`] : [];
  if (written === undefined) {
    return { records, more: { note: [...cut, CANNOT_GO_ON].join("; ") } };
  }
  const note = [...cut, "go on with cursor, or narrow the search"].join("; ");
  return { records, more: { next_cursor: written, ...(isCut ? { note } : {}) } };
}

/** The cursor after so many records of a page: within it, or of the page after it. */
function toCursorAfter(
  { cursor, records, limit, next }: ReadPage,
  given: number,
): PageCursor | "lost" | undefined {
  if (given < records.length) return { ...cursor, skip: given, size: toPageSize(cursor, limit) };
  if (next === undefined || next === "lost") return next;
  return { from: next, skip: 0, before: cursor.before + records.length, size: undefined };
}
