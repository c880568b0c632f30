import { z } from "zod";
import { type Result, fail, ok } from "../../core/result.ts";
import { findCalendars } from "../calendars.ts";
import type { ToolFailure } from "../failure.ts";
import { readLocalTime, writeLocalTime } from "../local-time.ts";
import { optional } from "../optional.ts";
import { isRecord } from "../record.ts";
import { defineTool } from "../tool.ts";
import { wrongArgument } from "../wrong-argument.ts";

const input = z.strictObject({
  calendar: z.string().min(1).max(100).describe("Name or id"),
  contact_id: z.string().min(1).max(64),
  start: z.string().max(40).describe("ISO time; without offset in the location's zone"),
  end: z.string().max(40).optional().describe("One slot unless given"),
  title: z.string().trim().min(1).max(200).optional(),
  description: z.string().trim().min(1).max(2_000).optional(),
  user_id: z.string().max(64).optional(),
  status: z.enum(["new", "confirmed"]).optional(),
  notify: z.boolean().default(true).describe("Tell the contact"),
  ignore_availability: z.boolean().default(false),
});

/** Books a slot; a taken one is refused unless that is wanted. */
export const bookAppointment = defineTool({
  name: "book_appointment",
  title: "Book appointment",
  description: "Book a contact into a calendar. find_free_slots shows what is free.",
  access: "write",
  area: "calendars",
  target: "location",
  annotations: {
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: false,
    openWorldHint: true,
  },
  input,
  run: async (args, context) => {
    const zone = (await context.zoneOf(context.location)) ?? "UTC";
    const times = toTimes(args, zone, context.clock.nowMs());
    if (!times.ok) return times;
    const calendars = await findCalendars("calendar", [args.calendar], context);
    if (!calendars.ok) return calendars;
    const [calendar] = calendars.value;
    if (calendar === undefined) return fail({ kind: "malformed_answer", status: 200 });
    const end =
      times.value.end ??
      (calendar.slotMinutes === undefined
        ? undefined
        : writeLocalTime(times.value.startMs + calendar.slotMinutes * 60_000, zone));
    const answer = await context.call("calendars.create-appointment", {
      body: {
        calendarId: calendar.id,
        contactId: args.contact_id,
        startTime: times.value.start,
        ...optional("endTime", end),
        ...optional("title", args.title),
        ...optional("description", args.description),
        ...optional("assignedUserId", args.user_id),
        ...optional("appointmentStatus", args.status),
        toNotify: args.notify,
        ...(args.ignore_availability ? { ignoreFreeSlotValidation: true } : {}),
      },
    });
    if (!answer.ok) return answer;
    if (!isRecord(answer.value)) return fail({ kind: "malformed_answer", status: 200 });
    return ok({
      appointment: {
        id: answer.value["id"],
        title: answer.value["title"],
        calendar: calendar.name,
        contact_id: answer.value["contactId"] ?? args.contact_id,
        start: times.value.start,
        end,
        status: answer.value["appointmentStatus"] ?? answer.value["appoinmentStatus"],
        assigned_to: answer.value["assignedUserId"],
      },
      timezone: zone,
    });
  },
});

function toTimes(
  { start, end }: Pick<z.output<typeof input>, "start" | "end">,
  zone: string,
  nowMs: number,
): Result<
  { readonly startMs: number; readonly start: string; readonly end: string | undefined },
  ToolFailure
> {
  const startMs = start.length === 10 ? undefined : readLocalTime(start, zone);
  if (startMs === undefined) return wrongArgument("start", "must be a time like 2026-05-31T14:00");
  if (startMs < nowMs) return wrongArgument("start", "must not be past");
  const endMs = end === undefined ? undefined : readLocalTime(end, zone);
  if (end !== undefined && endMs === undefined) {
    return wrongArgument("end", "must be a time like 2026-05-31T15:00");
  }
  if (endMs !== undefined && endMs <= startMs)
    return wrongArgument("end", 'must be later than "start"');
  return ok({
    startMs,
    start: writeLocalTime(startMs, zone),
    end: endMs === undefined ? undefined : writeLocalTime(endMs, zone),
  });
}
