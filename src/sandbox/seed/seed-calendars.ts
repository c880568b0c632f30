import { type Calendar, type CalendarGroup, DEFAULT_SLOT_RULES } from "../world/calendars.ts";
import { toSeededId } from "../world/ids.ts";
import type { Location, User } from "../world/people.ts";
import { CALENDAR_PLANS } from "./calendar-plans.ts";
import type { LocationPlan } from "./location-plans.ts";

/** What the calendars of a location are made from. */
export interface CalendarSource {
  readonly seed: number;
  readonly plan: LocationPlan;
  readonly location: Location;
  readonly staff: readonly User[];
}

const toSlug = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");

const GROUPED = 2;

/** The one group of a location's calendars. */
export const seedCalendarGroup = ({ seed, plan, location }: CalendarSource): CalendarGroup => ({
  id: toSeededId(seed, `calendar group ${plan.key}`),
  locationId: location.id,
  name: "Book online",
  description: "What visitors of the website can book",
  slug: `${plan.key}-online`,
  isActive: true,
});

/** The calendars of a location. A draft takes no bookings. */
export const seedCalendars = (source: CalendarSource): Calendar[] => {
  const { seed, plan, location, staff } = source;
  return (CALENDAR_PLANS[plan.key] ?? []).map((calendar, index) => ({
    ...DEFAULT_SLOT_RULES,
    ...calendar.rules,
    id: toSeededId(seed, `calendar ${plan.key} ${calendar.name}`),
    locationId: location.id,
    ...(index < GROUPED ? { groupId: seedCalendarGroup(source).id } : {}),
    name: calendar.name,
    description: calendar.description,
    slug: `${plan.key}-${toSlug(calendar.name)}`,
    calendarType: calendar.type,
    isActive: calendar.isDraft !== true,
    autoConfirm: true,
    teamMembers: pickTeam(staff, index, calendar.team).map((user, place) => ({
      userId: user.id,
      priority: 0.5,
      isPrimary: place === 0,
    })),
    other: { eventTitle: "{{contact.name}}", allowReschedule: true, allowCancellation: true },
  }));
};

/** Everyone of the team in turn, so that nobody has all the work. */
const pickTeam = (staff: readonly User[], start: number, count: number): User[] =>
  Array.from({ length: count }, (_, step) => staff[(start + step) % staff.length]).filter(
    (user) => user !== undefined,
  );
