import { toFieldRules } from "../gate/field-rules.ts";
import { type Fields, type JsonObject, textOf } from "../gate/fields.ts";
import { answer, type Outcome } from "../gate/outcome.ts";
import { type ApiCall, LOCATION_CALLERS, type Route } from "../gate/route.ts";
import type { Opportunity } from "../world/opportunities.ts";
import { toInstant } from "../world/local-time.ts";
import { presentDetails, presentOpportunity } from "./present-opportunity.ts";
import { contactOf, matchesDeal } from "./search-opportunities.ts";

const NAMES = {
  locationId: "location_id",
  pipelineId: "pipeline_id",
  pipelineStageId: "pipeline_stage_id",
  contactId: "contact_id",
  assignedTo: "assigned_to",
} as const;

const MAX_LIMIT = 100;

const queryFields = (isV3: boolean): Fields => ({
  ...toFieldRules(
    `q:string campaignId:string id:string order:string endDate:string startAfter:number
     startAfterId:string date:string country:string page:number getTasks:boolean getNotes:boolean
     getCalendarEvents:boolean`,
  ),
  limit: { type: "number", min: 1, max: MAX_LIMIT },
  status: { type: "string", oneOf: ["open", "won", "lost", "abandoned", "all"] },
  ...Object.fromEntries(
    Object.entries(NAMES).map(([name, dated]) => [
      isV3 ? name : dated,
      { type: "string" as const, required: name === "locationId" },
    ]),
  ),
});

/** `GET /opportunities/search`: snake case in the dated versions, camel case in v3. */
export const listOpportunitiesRoute: Route = {
  method: "GET",
  path: "/opportunities/search",
  versions: "all",
  scope: "opportunities.readonly",
  callers: LOCATION_CALLERS,
  location: { in: "query", dated: NAMES.locationId, v3: "locationId" },
  query: queryFields,
  handle: (call) => listOpportunities(call),
};

const listOpportunities = (call: ApiCall): Outcome => {
  const { world, query, isV3 } = call;
  const direction = query["order"] === "added_asc" ? 1 : -1;
  const found = [...world.opportunities.values()]
    .filter((deal) => matches(call, deal))
    .map((deal) => ({ deal, addedAt: Date.parse(deal.createdAt) }))
    .toSorted((left, right) => (left.addedAt - right.addedAt) * direction);
  const limit = numberOr(query["limit"], 20);
  const page = numberOr(query["page"], 1);
  const cursorAt = found.findIndex(({ deal }) => deal.id === query["startAfterId"]);
  const start = cursorAt === -1 ? (page - 1) * limit : cursorAt + 1;
  const shown = found.slice(start, start + limit);
  const last = shown.at(-1);
  const hasMore = start + limit < found.length;
  const cursor = last === undefined ? {} : { startAfter: last.addedAt, startAfterId: last.deal.id };
  return answer(200, {
    opportunities: shown.map(({ deal }) => ({
      ...presentOpportunity(deal, world, isV3),
      ...presentDetails(deal, world, {
        // GoHighLevel leaves the notes out, whatever `getNotes` says (its issue 305).
        notes: false,
        tasks: query["getTasks"] === true,
        calendarEvents: query["getCalendarEvents"] === true,
      }),
    })),
    meta: {
      total: found.length,
      ...cursor,
      ...(hasMore ? { nextPageUrl: toNextUrl(call, { ...cursor, page: page + 1 }) } : {}),
      currentPage: page,
      nextPage: hasMore ? page + 1 : null,
      prevPage: page > 1 ? page - 1 : null,
    },
    aggregations: {},
    traceId: call.traceId(),
  });
};

const matches = ({ world, query, isV3 }: ApiCall, deal: Opportunity): boolean => {
  const isSameWhereAsked = (name: keyof typeof NAMES): boolean => {
    const wanted = query[isV3 ? name : NAMES[name]];
    return wanted === undefined || wanted === "" || deal[name] === wanted;
  };
  const { status, id, country } = query;
  return (
    Object.keys(NAMES).every((name) => isSameWhereAsked(name as keyof typeof NAMES)) &&
    (status === undefined || status === "all" || deal.status === status) &&
    (id === undefined || deal.id === id) &&
    (country === undefined || contactOf(world, deal)?.country === country) &&
    isWithinDates(
      query,
      deal,
      world.locations.find((place) => place.id === deal.locationId)?.timezone,
    ) &&
    matchesDeal(world, deal, textOf(query["q"]))
  );
};

const DAY_MS = 86_400_000;

/** `date` and `endDate` are days, written mm-dd-yyyy, in the location's time zone; both count. */
const isWithinDates = (query: JsonObject, deal: Opportunity, timezone = "UTC"): boolean => {
  const addedAt = Date.parse(deal.createdAt);
  const from = toDay(query["date"], timezone);
  const to = toDay(query["endDate"], timezone);
  return (from === undefined || addedAt >= from) && (to === undefined || addedAt < to + DAY_MS);
};

const toDay = (text: unknown, timezone: string): number | undefined => {
  const [, month, day, year] = /^(\d{2})-(\d{2})-(\d{4})$/.exec(String(text)) ?? [];
  return year === undefined ? undefined : toInstant(`${year}-${month}-${day}`, timezone);
};

const toNextUrl = ({ url, query }: ApiCall, cursor: Readonly<Record<string, unknown>>): string => {
  const next = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...query, ...cursor }))
    next.set(name, String(value));
  return `${url}?${next.toString()}`;
};

const numberOr = (value: unknown, fallback: number): number =>
  typeof value === "number" && value >= 1 ? Math.floor(value) : fallback;
