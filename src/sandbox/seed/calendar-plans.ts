import type { Calendar, OpeningRule, SlotRules } from "../world/calendars.ts";

/** A calendar that the seed makes. */
export interface CalendarPlan {
  readonly name: string;
  readonly description: string;
  readonly type: Calendar["calendarType"];
  readonly rules: Partial<SlotRules>;
  /** How many of the location's staff take its appointments. */
  readonly team: number;
  readonly isDraft?: boolean;
}

/** Opening hours on the days given; 0 is Sunday. */
const open = (days: readonly number[], from: number, to: number): OpeningRule => ({
  daysOfTheWeek: days,
  hours: [{ openHour: from, openMinute: 0, closeHour: to, closeMinute: 0 }],
});

const WEEKDAYS = [1, 2, 3, 4, 5];

/** The calendars of each location, by the key of its plan; the first two are in its group. */
export const CALENDAR_PLANS: Readonly<Record<string, readonly CalendarPlan[]>> = {
  dental: [
    {
      name: "New patient exam",
      description: "First visit with X-rays and a treatment plan",
      type: "round_robin",
      rules: { slotDuration: 60, slotInterval: 60, openHours: [open(WEEKDAYS, 9, 17)] },
      team: 2,
    },
    {
      name: "Cleaning",
      description: "Half an hour with the hygienist",
      type: "round_robin",
      rules: {
        slotDuration: 30,
        slotInterval: 30,
        openHours: [open(WEEKDAYS, 8, 12), open([6], 9, 13)],
      },
      team: 1,
    },
    {
      name: "Whitening consultation",
      description: "Shade check and price",
      type: "personal",
      rules: {
        slotDuration: 45,
        slotInterval: 30,
        slotBuffer: 15,
        openHours: [open([2, 4], 13, 18)],
      },
      team: 1,
    },
    {
      name: "Saturday surgery",
      description: "Not announced yet",
      type: "event",
      rules: { slotDuration: 30, slotInterval: 30, openHours: [open([6], 9, 12)] },
      team: 1,
      isDraft: true,
    },
  ],
  home: [
    {
      name: "Service call",
      description: "A technician for two hours",
      type: "round_robin",
      rules: {
        slotDuration: 2,
        slotDurationUnit: "hours",
        slotInterval: 2,
        slotIntervalUnit: "hours",
        openHours: [open(WEEKDAYS, 8, 18), open([6], 8, 12)],
      },
      team: 2,
    },
    {
      name: "Estimate visit",
      description: "We measure and quote",
      type: "event",
      rules: {
        slotDuration: 60,
        slotInterval: 60,
        appoinmentPerDay: 3,
        openHours: [open([1, 3, 5], 10, 16)],
      },
      team: 1,
    },
    {
      name: "Phone consultation",
      description: "Fifteen minutes, free",
      type: "personal",
      rules: { slotDuration: 15, slotInterval: 15, openHours: [open(WEEKDAYS, 9, 11)] },
      team: 1,
    },
  ],
  estates: [
    {
      name: "Property viewing",
      description: "Half an hour at the property",
      type: "round_robin",
      rules: { slotDuration: 30, slotInterval: 30, openHours: [open([1, 2, 3, 4, 5, 6], 10, 19)] },
      team: 2,
    },
    {
      name: "Valuation",
      description: "We visit and value your home",
      type: "personal",
      rules: { slotDuration: 60, slotInterval: 60, openHours: [open([1, 3], 9, 13)] },
      team: 1,
    },
    {
      name: "Open house",
      description: "Up to six at a time",
      type: "class_booking",
      rules: {
        slotDuration: 60,
        slotInterval: 60,
        appoinmentPerSlot: 6,
        openHours: [open([6], 11, 15)],
      },
      team: 1,
    },
  ],
};
