import { z } from "zod";
import { type Result, fail, ok } from "../../core/result.ts";
import { type Calendar, findCalendars } from "../calendars.ts";
import type { ToolFailure } from "../failure.ts";
import { readLocalTime, writeLocalTime } from "../local-time.ts";
import { optional } from "../optional.ts";
import { isRecord } from "../record.ts";
import { type LocationContext, defineTool } from "../tool.ts";
import { wrongArgument } from "../wrong-argument.ts";

const DAY_MS = 86_400_000;
/** GoHighLevel refuses more (gohighlevel.md §4.10). */
const MAX_DAYS = 31;
const DEFAULT_DAYS = 7;

const input = z.strictObject({
  calendars: z.array(z.string().min(1).max(100)).min(1).max(5).describe("Names or ids"),
  from: z.string().max(40).optional().describe("Date or time; now unless given"),
  to: z.string().max(40).optional().describe("At most 31 days on; 7 unless given"),
  user_id: z.string().max(64).optional(),
  limit: z.int().min(1).max(100).default(10).describe("Slots per calendar"),
});

/** The next free times of one or several calendars, as the clocks of the location show them. */
export const findFreeSlots = defineTool({
  name: "find_free_slots",
  title: "Find free slots",
  description: "Free times to book in one or more calendars.",
  access: "read",
  area: "calendars",
  target: "location",
  annotations: {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: true,
  },
  input,
  run: async (args, context) => {
    const zone = (await context.zoneOf(context.location)) ?? "UTC";
    const range = toRange(args, zone, context.clock.nowMs());
    if (!range.ok) return range;
    const calendars = await findCalendars("calendars", args.calendars, context);
    if (!calendars.ok) return calendars;
    const results = await Promise.all(
      calendars.value.map((calendar) =>
        readSlots(calendar, { ...range.value, zone, userId: args.user_id }, context),
      ),
    );
    const found = [];
    for (const [index, result] of results.entries()) {
      if (!result.ok) return result;
      const { id, name, slotMinutes } = calendars.value[index] ?? { id: "", name: "" };
      const more = result.value.length - args.limit;
      found.push({
        calendar_id: id,
        calendar: name,
        slot_minutes: slotMinutes,
        slots: result.value.slice(0, args.limit),
        ...(more > 0 ? { more_slots: more } : {}),
        ...(result.value.length === 0 ? { note: "no free time in this range" } : {}),
      });
    }
    return ok({ timezone: zone, calendars: found });
  },
});

interface Range {
  readonly startMs: number;
  readonly endMs: number;
}

/** From now on at the earliest: what is past cannot be booked. A date alone as `to` includes that day. */
function toRange(
  { from, to }: Pick<z.output<typeof input>, "from" | "to">,
  zone: string,
  nowMs: number,
): Result<Range, ToolFailure> {
  const startMs = from === undefined ? nowMs : readLocalTime(from, zone);
  if (startMs === undefined) return wrongArgument("from", TIME_WORDS);
  const given = to === undefined ? startMs + DEFAULT_DAYS * DAY_MS : readLocalTime(to, zone);
  if (given === undefined) return wrongArgument("to", TIME_WORDS);
  const endMs = to?.length === 10 ? given + DAY_MS - 1_000 : given;
  if (endMs <= startMs) return wrongArgument("to", 'must be later than "from"');
  if (endMs <= nowMs) return wrongArgument("to", "must not be past");
  return endMs - startMs > MAX_DAYS * DAY_MS
    ? wrongArgument("to", `must be at most ${MAX_DAYS} days after "from"`)
    : { ok: true, value: { startMs: Math.max(startMs, nowMs), endMs } };
}

const TIME_WORDS =
  "must be a date (2026-05-31) or a time (2026-05-31T14:00, with offset if you like)";

/** The slots of a calendar in order, as the clocks of the zone show them. */
async function readSlots(
  { id: calendarId }: Calendar,
  {
    startMs,
    endMs,
    zone,
    userId,
  }: Range & { readonly zone: string; readonly userId?: string | undefined },
  context: LocationContext,
): Promise<Result<readonly string[], ToolFailure>> {
  const answer = await context.call("calendars.get-slots", {
    parameters: {
      calendarId,
      startDate: startMs,
      endDate: endMs,
      timezone: zone,
      ...optional("userId", userId),
    },
  });
  if (!answer.ok) return answer;
  if (!isRecord(answer.value)) return fail({ kind: "malformed_answer", status: 200 });
  const times = Object.values(answer.value)
    .flatMap((day) => (isRecord(day) && Array.isArray(day["slots"]) ? day["slots"] : []))
    .flatMap((slot: unknown) => (typeof slot === "string" ? (readLocalTime(slot, zone) ?? []) : []))
    .filter((ms) => ms >= startMs && ms <= endMs);
  return ok(times.toSorted((a, b) => a - b).map((ms) => writeLocalTime(ms, zone)));
}
