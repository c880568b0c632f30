import { z } from "zod";
import { ok, fail } from "../../core/result.ts";
import {
  CURSOR_FIELD,
  type Position,
  pageOutput,
  readCursor,
  toFollowing,
  toPage,
  toPageSize,
} from "../page.ts";
import { type UpstreamRecord, isRecord, toContactSummary, toCount, toRecords } from "../record.ts";
import { defineTool } from "../tool.ts";

const SORTS = {
  added_desc: { field: "dateAdded", direction: "desc" },
  added_asc: { field: "dateAdded", direction: "asc" },
  updated_desc: { field: "dateUpdated", direction: "desc" },
  updated_asc: { field: "dateUpdated", direction: "asc" },
  name_asc: { field: "firstNameLowerCase", direction: "asc" },
  name_desc: { field: "firstNameLowerCase", direction: "desc" },
} as const;

// `Object.keys` forgets the type of the keys; the table above has no others.
const SORT_NAMES = Object.keys(SORTS) as (keyof typeof SORTS)[];

// A check of our own rather than a pattern: patterns cost tokens in every tools/list.
const time = z
  .string()
  .max(40)
  .refine((value) => /^\d{4}-\d{2}-\d{2}/.test(value) && !Number.isNaN(Date.parse(value)), {
    error: "must be an ISO 8601 date or time, such as 2026-01-31 or 2026-01-31T09:00:00Z",
  });

const input = z.strictObject({
  query: z.string().max(75).optional(),
  email: z.string().max(200).optional(),
  phone: z.string().max(40).optional(),
  tags: z.array(z.string().min(1).max(100)).max(10).optional().describe("All of these"),
  assigned_to: z.string().max(64).optional().describe("User id"),
  added_after: time.optional(),
  added_before: time.optional(),
  updated_after: time.optional(),
  updated_before: time.optional(),
  sort: z.enum(SORT_NAMES).default("added_desc"),
  fields: z
    .array(z.string().min(1).max(64))
    .max(20)
    .optional()
    .describe("API fields instead of the summary"),
  limit: z.int().min(1).max(100).default(20),
  cursor: CURSOR_FIELD,
});

type Search = z.output<typeof input>;

/** Finds contacts by text, tags, owner and dates, page by page. */
export const searchContacts = defineTool({
  name: "search_contacts",
  title: "Search contacts",
  description: "Find contacts. Times are ISO 8601.",
  access: "read",
  area: "contacts",
  target: "location",
  annotations: {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: true,
  },
  input,
  output: pageOutput("contacts"),
  run: async (args, context) => {
    const at = readCursor(args.cursor);
    if (!at.ok) return at;
    const answer = await context.call("contacts.search-contacts-advanced", {
      body: {
        locationId: context.location,
        pageLimit: toPageSize(at.value, args.limit),
        ...(at.value.from === undefined ? { page: 1 } : { searchAfter: at.value.from }),
        ...(args.query === undefined ? {} : { query: args.query }),
        filters: toFilters(args),
        sort: [SORTS[args.sort]],
      },
    });
    if (!answer.ok) return answer;
    if (!isRecord(answer.value)) return fail({ kind: "malformed_answer", status: 200 });
    const contacts = toRecords(answer.value["contacts"]);
    const total = toCount(answer.value["total"]);
    const cursor = at.value;
    const position = toPosition(contacts.at(-1));
    const page = toPage({
      cursor,
      records: contacts.map((contact) => project(contact, args.fields)),
      limit: args.limit,
      next: toFollowing({ cursor, records: contacts, total, position }),
    });
    return ok({ contacts: page.records, total, ...page.more });
  },
});

/** The filters of `POST /contacts/search` (gohighlevel.md §4.10); all of them must hold. */
function toFilters(args: Search): readonly UpstreamRecord[] {
  const filters: (UpstreamRecord | undefined)[] = [
    args.email === undefined ? undefined : equals("email", args.email.trim().toLowerCase()),
    args.phone === undefined ? undefined : toPhoneFilter(args.phone),
    args.assigned_to === undefined ? undefined : equals("assignedTo", args.assigned_to),
    ...(args.tags ?? []).map((tag) => ({ field: "tags", operator: "contains", value: tag })),
    toRange("dateAdded", args.added_after, args.added_before),
    toRange("dateUpdated", args.updated_after, args.updated_before),
  ];
  return filters.filter((filter) => filter !== undefined);
}

function equals(field: string, value: string): UpstreamRecord {
  return { field, operator: "eq", value };
}

/** GoHighLevel stores numbers as +digits; without a country code only a part can be compared. */
function toPhoneFilter(phone: string): UpstreamRecord {
  const digits = phone.replace(/\D/g, "");
  return phone.trim().startsWith("+")
    ? equals("phone", `+${digits}`)
    : { field: "phone", operator: "contains", value: digits.replace(/^0+/, "") };
}

function toRange(field: string, after?: string, before?: string): UpstreamRecord | undefined {
  if (after === undefined && before === undefined) return undefined;
  return {
    field,
    operator: "range",
    value: {
      ...(after === undefined ? {} : { gte: after }),
      ...(before === undefined ? {} : { lte: before }),
    },
  };
}

function project(contact: UpstreamRecord, fields: readonly string[] | undefined): UpstreamRecord {
  if (fields === undefined) return toContactSummary(contact);
  return Object.fromEntries(["id", ...fields].map((field) => [field, contact[field]]));
}

function toPosition(contact: UpstreamRecord | undefined): Position | undefined {
  const after = contact?.["searchAfter"];
  return Array.isArray(after) && after.length > 0 && after.every(isSortValue) ? after : undefined;
}

/** A contact without the value that is sorted by has a null in its place. */
function isSortValue(value: unknown): value is string | number | null {
  return typeof value === "string" || typeof value === "number" || value === null;
}
