import { z } from "zod";
import type { LocationSummary } from "../../core/connection.ts";
import { fail, ok } from "../../core/result.ts";
import { CURSOR_FIELD, pageOutput, readCursor, toPage, toPageSize } from "../page.ts";
import { withinGrant } from "../pin-location.ts";
import { defineTool } from "../tool.ts";

/** The locations within the grant, by name. */
export const listLocations = defineTool({
  name: "list_locations",
  title: "List locations",
  description:
    "The locations (sub-accounts) of this grant. Tools take id or exact name as location.",
  access: "read",
  area: undefined,
  sets: ["core", "crm", "chatgpt"],
  target: "grant",
  annotations: {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: true,
  },
  input: z.strictObject({
    query: z.string().max(100).optional().describe("Part of name, city or id"),
    limit: z.int().min(1).max(200).default(50),
    cursor: CURSOR_FIELD,
  }),
  output: pageOutput("locations"),
  run: async ({ query, limit, cursor }, { connections, principal, signal }) => {
    const at = readCursor(cursor);
    if (!at.ok) return at;
    const listed = await connections.listLocations(principal.connectionId, signal);
    if (!listed.ok) return fail({ kind: "token", failure: listed.failure });
    const matching = withinGrant(principal, listed.value).filter((location) =>
      matches(location, query),
    );
    const offset = Number(at.value.from?.[0] ?? 0);
    const end = offset + toPageSize(at.value, limit);
    const page = toPage({
      cursor: at.value,
      records: matching.slice(offset, end).map((location) => ({ ...location })),
      limit,
      next: end < matching.length ? [end] : undefined,
    });
    return ok({ locations: page.records, total: matching.length, ...page.more });
  },
});

function matches({ id, name, city }: LocationSummary, query: string | undefined): boolean {
  const wanted = query?.trim().toLowerCase() ?? "";
  return [id, name, city ?? ""].some((text) => text.toLowerCase().includes(wanted));
}
