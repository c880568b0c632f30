import type { Route } from "../gate/route.ts";
import { appointmentNoteRoutes } from "./appointment-notes.ts";
import { appointmentRoutes } from "./appointments.ts";
import { blockSlotRoutes } from "./block-slots.ts";
import { calendarEventRoutes } from "./calendar-events.ts";
import { calendarGroupRoutes } from "./calendar-groups.ts";
import { calendarResourceRoutes } from "./calendar-resources.ts";
import { calendarScheduleRoutes } from "./calendar-schedules.ts";
import { singleCalendarRoutes } from "./calendars.ts";
import { freeSlotsRoute } from "./free-slots.ts";

/** Every endpoint of calendars. Fixed paths stand before those with an id. */
export const calendarRoutes: readonly Route[] = [
  ...calendarGroupRoutes,
  ...appointmentRoutes,
  ...blockSlotRoutes,
  ...calendarEventRoutes,
  ...appointmentNoteRoutes,
  ...calendarResourceRoutes,
  ...calendarScheduleRoutes,
  freeSlotsRoute,
  ...singleCalendarRoutes,
];
