import type { AppointmentNote, Calendar, CalendarEvent, OpenHours } from "../world/calendars.ts";
import type { Contact } from "../world/contacts.ts";
import { toSeededId } from "../world/ids.ts";
import { toInstant, toLocalIso } from "../world/local-time.ts";
import type { Location } from "../world/people.ts";
import type { LocationPlan } from "./location-plans.ts";
import type { Prng } from "./prng.ts";
import { daysBefore, REFERENCE_DATE } from "./reference-date.ts";

/** What the appointments of a location are made from. */
export interface AppointmentSource {
  readonly seed: number;
  readonly plan: LocationPlan;
  readonly location: Location;
  readonly calendars: readonly Calendar[];
  readonly contacts: readonly Contact[];
  readonly prng: Prng;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const APPOINTMENTS = 26;
const DAYS_BACK = 45;
const DAYS_AHEAD = 20;

/**
 * Appointments and blocked times of a location, within opening hours and never two at a time for one
 * person: those before the reference date are over, those after it are to come.
 */
export const seedEvents = (source: AppointmentSource): CalendarEvent[] => {
  const { calendars, prng } = source;
  const bookable = calendars.filter(({ isActive }) => isActive);
  const events: CalendarEvent[] = blockTimes(source);
  // Half of the tries land after the reference date, whatever the calendar.
  for (let index = 0; events.length < APPOINTMENTS && index < APPOINTMENTS * 20; index += 1) {
    const calendar = prng.pick(bookable);
    const isAhead = index % 2 === 0;
    const day = isAhead ? prng.int(1, DAYS_AHEAD) : -prng.int(1, DAYS_BACK);
    const startMs = pickStart(source, calendar, day);
    if (startMs === undefined) continue;
    const event = toAppointment(source, { calendar, startMs, index, isAhead });
    if (!events.some((other) => isInTheWay(other, event))) events.push(event);
  }
  return events;
};

const pickStart = (
  { location, prng }: AppointmentSource,
  calendar: Calendar,
  day: number,
): number | undefined => {
  const noonMs = REFERENCE_DATE + (day + 0.75) * DAY_MS;
  const date = toLocalIso(noonMs, location.timezone).slice(0, 10);
  const weekday = new Date(`${date}T12:00:00Z`).getUTCDay();
  const hours: readonly OpenHours[] = calendar.openHours
    .filter(({ daysOfTheWeek }) => daysOfTheWeek.includes(weekday))
    .flatMap((rule) => rule.hours);
  if (hours.length === 0) return undefined;
  const { openHour, openMinute, closeHour, closeMinute } = prng.pick(hours);
  const openMinutes = (closeHour - openHour) * 60 + closeMinute - openMinute;
  const step = minutes(calendar.slotInterval, calendar.slotIntervalUnit);
  const length = minutes(calendar.slotDuration, calendar.slotDurationUnit);
  const last = Math.floor((openMinutes - length) / step);
  const opensAt = toInstant(`${date}T${two(openHour)}:${two(openMinute)}:00`, location.timezone);
  return opensAt + prng.int(0, last) * step * MINUTE_MS;
};

const toAppointment = (
  { seed, plan, location, contacts, prng }: AppointmentSource,
  at: {
    readonly calendar: Calendar;
    readonly startMs: number;
    readonly index: number;
    readonly isAhead: boolean;
  },
): CalendarEvent => {
  const { calendar, startMs, index, isAhead } = at;
  const contact = prng.pick(contacts);
  const length = minutes(calendar.slotDuration, calendar.slotDurationUnit);
  const added = daysBefore(Math.min(startMs, REFERENCE_DATE), 0.2 + prng.next() * 9);
  const past = ["showed", "showed", "showed", "noshow", "cancelled"] as const;
  const ahead = ["confirmed", "confirmed", "confirmed", "new", "cancelled"] as const;
  return {
    kind: "appointment",
    id: toSeededId(seed, `appointment ${plan.key} ${index}`),
    locationId: location.id,
    calendarId: calendar.id,
    contactId: contact.id,
    assignedUserId: prng.pick(calendar.teamMembers).userId,
    title: `${calendar.name}: ${contact.firstName ?? ""} ${contact.lastName ?? ""}`.trim(),
    address: location.address,
    appointmentStatus: prng.pick(isAhead ? ahead : past),
    startMs,
    endMs: startMs + length * MINUTE_MS,
    dateAdded: added,
    dateUpdated: added,
  };
};

/** A training day of the first person, and an hour in which the first calendar is closed. */
const blockTimes = ({ seed, plan, location, calendars }: AppointmentSource): CalendarEvent[] => {
  const [calendar] = calendars;
  const userId = calendar?.teamMembers[0]?.userId;
  if (calendar === undefined || userId === undefined) return [];
  const at = (time: string): number => toInstant(`2026-11-${time}:00`, location.timezone);
  const shared = {
    kind: "block",
    locationId: location.id,
    appointmentStatus: "confirmed",
    dateAdded: daysBefore(REFERENCE_DATE, 12),
    dateUpdated: daysBefore(REFERENCE_DATE, 12),
  } as const;
  return [
    {
      ...shared,
      id: toSeededId(seed, `block ${plan.key} 0`),
      assignedUserId: userId,
      title: "Training day",
      startMs: at("11T08:00"),
      endMs: at("11T18:00"),
    },
    {
      ...shared,
      id: toSeededId(seed, `block ${plan.key} 1`),
      calendarId: calendar.id,
      title: "Team meeting",
      startMs: at("04T10:00"),
      endMs: at("04T12:00"),
    },
  ];
};

const isInTheWay = (one: CalendarEvent, other: CalendarEvent): boolean =>
  one.startMs < other.endMs &&
  other.startMs < one.endMs &&
  (one.assignedUserId === other.assignedUserId || one.calendarId === other.calendarId);

const minutes = (amount: number, unit: "mins" | "hours"): number =>
  unit === "hours" ? amount * 60 : amount;

const two = (value: number): string => String(value).padStart(2, "0");

/** A note on every fourth appointment. */
export const seedAppointmentNotes = (
  { seed, plan }: Pick<AppointmentSource, "seed" | "plan">,
  events: readonly CalendarEvent[],
): AppointmentNote[] =>
  events
    .filter(({ contactId }) => contactId !== undefined)
    .filter((_, index) => index % 4 === 0)
    .map((event, index) => ({
      id: toSeededId(seed, `appointment note ${plan.key} ${index}`),
      appointmentId: event.id,
      contactId: event.contactId ?? "",
      body: index % 2 === 0 ? "Asked to be reminded by phone." : "Will arrive ten minutes late.",
      ...(event.assignedUserId === undefined ? {} : { userId: event.assignedUserId }),
      dateAdded: event.dateAdded,
    }));
