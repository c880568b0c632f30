import { z } from "zod";
import { tryParseJson } from "../core/json.ts";
import { type Result, ok } from "../core/result.ts";
import type { ToolFailure } from "./failure.ts";
import { fitRecords } from "./result.ts";
import type { ToolOutput } from "./tool.ts";
import { wrongArgument } from "./wrong-argument.ts";

/** Where GoHighLevel (or we) should go on reading: its own sort values, or an offset. */
export type Position = readonly (string | number)[];

/**
 * Where a list goes on. `skip` counts records of the page at `from` that were handed out already: a
 * page that did not fit is read again and continued at the record where it was cut.
 */
export interface PageCursor {
  readonly from: Position | undefined;
  readonly skip: number;
  /** How many records of the list were read before the page at `from`. */
  readonly before: number;
}

/** The argument that continues a list: the `next_cursor` of the last result. */
export const CURSOR_FIELD = z.string().max(600).optional();

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

const wireCursor = z.tuple([
  z
    .array(z.union([z.string().max(200), z.number()]))
    .max(4)
    .nullable(),
  z.int().min(0).max(10_000),
  z.int().min(0),
]);

const START: PageCursor = { from: undefined, skip: 0, before: 0 };

/** Reads a cursor. It carries no authority: it only says where to go on within the caller's own list. */
export function readCursor(cursor: string | undefined): Result<PageCursor, ToolFailure> {
  if (cursor === undefined) return ok(START);
  const parsed = wireCursor.safeParse(
    tryParseJson(Buffer.from(cursor, "base64url").toString("utf8")),
  );
  if (parsed.success) {
    const [from, skip, before] = parsed.data;
    return ok({ from: from ?? undefined, skip, before });
  }
  return wrongArgument("cursor", "is not a next_cursor of this tool; leave it out to start again");
}

/** Writes a cursor. */
function writeCursor({ from, skip, before }: PageCursor): string {
  return Buffer.from(JSON.stringify([from ?? null, skip, before]), "utf8").toString("base64url");
}

/** One page as it was read, projected. */
export interface ReadPage {
  readonly cursor: PageCursor;
  /** All records of the page, those that are to be skipped included. */
  readonly records: readonly ToolOutput[];
  /** Where the page after this one starts; undefined at the end. */
  readonly next: Position | undefined;
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
 * Where the page after this one starts; undefined at the end: after an empty page, or where the total
 * is reached. A short page is not taken for the last one, as in ghl/page-steps.ts.
 */
export function toFollowing({ cursor, records, total, position }: PageEnd): Position | undefined {
  const isLast =
    records.length === 0 || (total !== undefined && cursor.before + records.length >= total);
  return isLast ? undefined : position;
}

/** The records that fit, and how to go on: `next_cursor`, and a `note` where the page was cut. */
export function toPage({ cursor, records, next }: ReadPage): {
  readonly records: readonly ToolOutput[];
  readonly more: ToolOutput;
} {
  const remaining = records.slice(cursor.skip);
  const fitted = fitRecords(remaining);
  if (fitted.kept < remaining.length) {
    return {
      records: fitted.records,
      more: {
        next_cursor: writeCursor({ ...cursor, skip: cursor.skip + fitted.kept }),
        note: `cut after ${fitted.kept} records to stay short; go on with cursor, or narrow the search`,
      },
    };
  }
  if (next === undefined) return { records: fitted.records, more: {} };
  const before = cursor.before + records.length;
  const more = { next_cursor: writeCursor({ from: next, skip: 0, before }) };
  return { records: fitted.records, more };
}
