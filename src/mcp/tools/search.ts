import { z } from "zod";
import type { AreaId } from "../../core/access.ts";
import { type LocationId, toOperationId } from "../../core/ids.ts";
import { type Result, fail, ok } from "../../core/result.ts";
import type { ContextCall, OperationContext } from "../context.ts";
import type { ToolFailure } from "../failure.ts";
import { inOrder } from "../operations/in-order.ts";
import { listPlaces } from "../place.ts";
import { type UpstreamRecord, isRecord, toContactSummary, toRecords, toText } from "../record.ts";
import { type RecordLink, toAppUrl, writeRecordLink } from "../record-links.ts";
import { clip } from "../text.ts";
import { defineTool } from "../tool.ts";

/** How many locations are searched at most, how many at once, and how many hits each gives. */
const MAX_LOCATIONS = 20;
const WIDTH = 4;
const HITS = 10;

/**
 * The search of the pair that ChatGPT's connectors look for: one query, and results of id, title and
 * url, as OpenAI's guide to MCP for ChatGPT describes them. Every location of the grant is searched.
 */
export const search = defineTool({
  name: "search",
  title: "Search",
  description: "Find contacts and opportunities by name, email, phone or company.",
  access: "read",
  area: undefined,
  sets: ["chatgpt"],
  target: "operation",
  namesLocations: false,
  annotations: {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: true,
  },
  input: z.strictObject({ query: z.string().trim().min(1).max(75) }),
  output: z.strictObject({
    results: z.array(z.strictObject({ id: z.string(), title: z.string(), url: z.string() })),
  }),
  run: async ({ query }, context) => {
    const locations = await locationsOf(context);
    if (!locations.ok) return locations;
    const sources = SOURCES.filter(({ area }) => isWithin(context, area));
    const searches = locations.value.flatMap((location) =>
      sources.map((source) => ({ location, source })),
    );
    const results: unknown[] = [];
    let failure: ToolFailure | undefined;
    let done = 0;
    const answers = inOrder({
      items: searches,
      width: WIDTH,
      signal: context.signal,
      work: ({ location, source }, signal) =>
        runSource({ source, query, location }, context, signal),
    });
    for await (const answer of answers) {
      done += 1;
      await context.progress({ done, total: searches.length, message: "searches done" });
      if (answer.ok) results.push(...answer.value);
      else failure ??= answer.failure;
    }
    // What one location answered is worth having where another failed; nothing at all is a failure.
    return results.length === 0 && failure !== undefined ? fail(failure) : ok({ results });
  },
});

/** One kind of record that is searched. */
interface Source {
  readonly kind: RecordLink["kind"];
  readonly area: AreaId;
  readonly operation: string;
  readonly toCall: (query: string) => ContextCall;
  readonly field: string;
  readonly toTitle: (record: UpstreamRecord) => string;
}

const SOURCES: readonly Source[] = [
  {
    kind: "contact",
    area: "contacts",
    operation: "contacts.search-contacts-advanced",
    toCall: (query) => ({ body: { query, pageLimit: HITS } }),
    field: "contacts",
    toTitle: (record) => {
      const { name, email, phone, company } = toContactSummary(record);
      return toTitle("Contact", [name, company, email, phone]);
    },
  },
  {
    kind: "opportunity",
    area: "opportunities",
    operation: "opportunities.search-opportunity",
    toCall: (query) => ({ parameters: { q: query, limit: HITS } }),
    field: "opportunities",
    toTitle: ({ name, status, monetaryValue }) =>
      toTitle("Opportunity", [name, status, monetaryValue]),
  },
];

function toTitle(kind: string, parts: readonly unknown[]): string {
  const words = parts.filter((part) => typeof part === "number" || toText(part) !== undefined);
  return clip(`${kind}: ${words.join(", ")}`, 160);
}

function isWithin({ principal: { areas } }: OperationContext, area: AreaId): boolean {
  return areas === "all" || areas.includes(area);
}

async function locationsOf(
  context: OperationContext,
): Promise<Result<readonly LocationId[], ToolFailure>> {
  if (context.location !== undefined) return ok([context.location]);
  const places = await listPlaces(context.principal, context, context.signal);
  return places.ok ? ok(places.value.slice(0, MAX_LOCATIONS).map(({ id }) => id)) : places;
}

async function runSource(
  {
    source,
    query,
    location,
  }: { readonly source: Source; readonly query: string; readonly location: LocationId },
  context: OperationContext,
  signal: AbortSignal,
): Promise<Result<readonly UpstreamRecord[], ToolFailure>> {
  const answer = await context.callIn(
    { location, operation: toOperationId(source.operation), signal },
    source.toCall(query),
  );
  if (!answer.ok) return answer;
  const records = isRecord(answer.value) ? toRecords(answer.value[source.field]) : [];
  return ok(
    records.flatMap((record) => {
      const id = toText(record["id"]);
      if (id === undefined) return [];
      return [
        {
          id: writeRecordLink({ kind: source.kind, location, id }),
          title: source.toTitle(record),
          url: toAppUrl(location, { kind: source.kind, id }),
        },
      ];
    }),
  );
}
