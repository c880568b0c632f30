import type { Calendar, CalendarEvent, OpenHours, Schedule, SlotRules } from "./calendars.ts";
import { toInstant, toLocalIso } from "./local-time.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** What free slots are computed from. */
export interface SlotQuestion {
  readonly calendar: Calendar;
  /** The zone of the location: opening hours are on its clocks. */
  readonly timezone: string;
  /** Everything that may be in the way: the appointments and blocked times of the location. */
  readonly events: readonly CalendarEvent[];
  readonly schedules: readonly Schedule[];
  readonly nowMs: number;
  /** Only these people; absent: anyone of the team. */
  readonly userIds?: readonly string[];
  /** Neither the shortest notice nor the furthest day counts. */
  readonly ignoresDateRange?: boolean;
}

/** A slot with the people who are free in it; none where the calendar has no team. */
export interface FreeSlot {
  readonly startMs: number;
  readonly userIds: readonly string[];
}

/** The length of a calendar's appointments. */
export const slotLengthMs = (rules: SlotRules): number =>
  toMs(rules.slotDuration, rules.slotDurationUnit);

/** The free slots that start from `fromMs` on and before `toMs`, in order. */
export const findFreeSlots = (question: SlotQuestion, fromMs: number, toMs: number): FreeSlot[] => {
  if (!question.calendar.isActive) return [];
  return localDates(fromMs, toMs, question.timezone)
    .filter((date) => !isFull(question, date))
    .flatMap((date) => startsOf(question, date))
    .filter((startMs) => startMs >= fromMs && startMs < toMs && isBookable(question, startMs))
    .flatMap((startMs) => findFree(question, startMs) ?? [])
    .toSorted((left, right) => left.startMs - right.startMs);
};

/** The dates that a span touches, on the clocks of a zone. */
const localDates = (fromMs: number, toMs: number, timezone: string): string[] => {
  const dates = new Set<string>();
  for (let atMs = fromMs; atMs < toMs; atMs += DAY_MS / 2) dates.add(dateOf(atMs, timezone));
  dates.add(dateOf(Math.max(fromMs, toMs - 1), timezone));
  return [...dates];
};

const dateOf = (atMs: number, timezone: string): string => toLocalIso(atMs, timezone).slice(0, 10);

const isFull = ({ calendar, events, timezone }: SlotQuestion, date: string): boolean =>
  calendar.appoinmentPerDay !== undefined &&
  events.filter(
    (event) =>
      event.calendarId === calendar.id &&
      event.kind === "appointment" &&
      takesTime(event) &&
      dateOf(event.startMs, timezone) === date,
  ).length >= calendar.appoinmentPerDay;

/** Where slots of a date may start, whether free or not. */
const startsOf = ({ calendar, timezone }: SlotQuestion, date: string): number[] => {
  const lengthMs = slotLengthMs(calendar);
  const stepMs = Math.max(toMs(calendar.slotInterval, calendar.slotIntervalUnit), MINUTE_MS);
  return hoursOf(calendar, date).flatMap((hours) => {
    const at = (hour: number, minute: number): number =>
      toInstant(`${date}T00:00:00`, timezone) + (hour * 60 + minute) * MINUTE_MS;
    const opensAt = wallClock(date, [hours.openHour, hours.openMinute], timezone);
    const closesAt =
      hours.closeHour >= 24
        ? at(24, 0)
        : wallClock(date, [hours.closeHour, hours.closeMinute], timezone);
    const starts: number[] = [];
    for (let startMs = opensAt; startMs + lengthMs <= closesAt; startMs += stepMs) {
      starts.push(startMs);
    }
    return starts;
  });
};

const wallClock = (
  date: string,
  [hour, minute]: readonly [number, number],
  timezone: string,
): number => {
  const two = (value: number): string => String(value).padStart(2, "0");
  return toInstant(`${date}T${two(hour)}:${two(minute)}:00`, timezone);
};

/** The hours of a single day stand before those of its day of the week. */
const hoursOf = (calendar: SlotRules, date: string): readonly OpenHours[] => {
  const single = calendar.availabilities.find(
    (one) => one.date.slice(0, 10) === date && one.deleted !== true,
  );
  if (single !== undefined) return single.hours;
  if (calendar.availabilityType === 1) return [];
  const weekday = new Date(`${date}T12:00:00Z`).getUTCDay();
  return calendar.openHours
    .filter(({ daysOfTheWeek }) => daysOfTheWeek.includes(weekday))
    .flatMap(({ hours }) => hours);
};

const isBookable = (
  { calendar, nowMs, ignoresDateRange }: SlotQuestion,
  startMs: number,
): boolean => {
  if (startMs < nowMs) return false;
  if (ignoresDateRange === true) return true;
  const notice = toMs(calendar.allowBookingAfter, calendar.allowBookingAfterUnit);
  const horizon = toMs(calendar.allowBookingFor, calendar.allowBookingForUnit);
  return startMs >= nowMs + notice && (horizon === 0 || startMs <= nowMs + horizon);
};

const findFree = (question: SlotQuestion, startMs: number): FreeSlot | undefined => {
  const { calendar, userIds } = question;
  const endMs = startMs + slotLengthMs(calendar);
  const span = { startMs, endMs };
  if (isBlocked(question, span)) return undefined;
  if (calendar.teamMembers.length === 0) {
    const taken = overlapping(question, span).filter(
      (event) => event.kind === "appointment" && event.calendarId === calendar.id,
    );
    return taken.length < calendar.appoinmentPerSlot ? { startMs, userIds: [] } : undefined;
  }
  const team = calendar.teamMembers.map(({ userId }) => userId);
  const wanted = userIds === undefined ? team : team.filter((id) => userIds.includes(id));
  const free = wanted.filter((userId) => isFree(question, userId, span));
  const enough =
    calendar.calendarType === "collective" ? free.length === team.length : free.length > 0;
  return enough ? { startMs, userIds: free } : undefined;
};

interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

const isBlocked = ({ calendar, events }: SlotQuestion, span: Span): boolean =>
  events.some(
    (event) => event.kind === "block" && event.calendarId === calendar.id && overlaps(event, span),
  );

/** Free: at work, nowhere else, and with room left in the slot. */
const isFree = (question: SlotQuestion, userId: string, span: Span): boolean => {
  const { calendar, schedules } = question;
  const own = overlapping(question, span).filter((event) => event.assignedUserId === userId);
  const here = own.filter(
    (event) => event.kind === "appointment" && event.calendarId === calendar.id,
  );
  const schedule = schedules.find(
    (one) => one.userId === userId && one.calendarIds.includes(calendar.id),
  );
  return (
    own.length === here.length &&
    here.length < calendar.appoinmentPerSlot &&
    (schedule === undefined || isAtWork(schedule, span))
  );
};

/**
 * What takes time in a slot, or an appointment in the pauses around it. A pause is due after every
 * appointment and before the next, so it counts on both sides; blocked time needs none.
 */
const overlapping = ({ calendar, events }: SlotQuestion, span: Span): CalendarEvent[] => {
  const { preBuffer, preBufferUnit, slotBuffer, slotBufferUnit } = calendar;
  const pauseMs = Math.max(toMs(preBuffer, preBufferUnit), toMs(slotBuffer, slotBufferUnit));
  const wide = { startMs: span.startMs - pauseMs, endMs: span.endMs + pauseMs };
  return events.filter(
    (event) => takesTime(event) && overlaps(event, event.kind === "block" ? span : wide),
  );
};

const overlaps = (one: Span, other: Span): boolean =>
  one.startMs < other.endMs && other.startMs < one.endMs;

/** Whether an event keeps its time: one that was cancelled, or to which no one came, does not. */
export const takesTime = ({ appointmentStatus }: CalendarEvent): boolean =>
  !["cancelled", "noshow", "invalid"].includes(appointmentStatus);

const DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

const isAtWork = ({ rules, timezone }: Schedule, { startMs, endMs }: Span): boolean => {
  const date = dateOf(startMs, timezone);
  const day = DAYS[new Date(`${date}T12:00:00Z`).getUTCDay()];
  const single = rules.filter((rule) => rule.type === "date" && rule.date?.slice(0, 10) === date);
  const valid = single.length > 0 ? single : rules.filter((rule) => rule.day === day);
  return valid.some(({ intervals }) =>
    intervals.some(
      ({ from, to }) =>
        startMs >= toInstant(`${date}T${from}:00`, timezone) &&
        endMs <= toInstant(`${date}T${to}:00`, timezone),
    ),
  );
};

const UNITS = {
  mins: MINUTE_MS,
  hours: 60 * MINUTE_MS,
  days: DAY_MS,
  weeks: 7 * DAY_MS,
  months: 30 * DAY_MS,
} as const;

const toMs = (amount: number, unit: keyof typeof UNITS): number => amount * UNITS[unit];
