import type { JsonObject } from "../gate/fields.ts";

/** Hours of a day, on the clock of the location. */
export interface OpenHours {
  readonly openHour: number;
  readonly openMinute: number;
  readonly closeHour: number;
  readonly closeMinute: number;
}

/** The hours of some days of the week; 0 is Sunday. */
export interface OpeningRule {
  readonly daysOfTheWeek: readonly number[];
  readonly hours: readonly OpenHours[];
}

/** A person who takes the appointments of a calendar. */
export interface TeamMember {
  readonly userId: string;
  readonly priority?: number;
  readonly isPrimary?: boolean;
}

/** What slots are computed from. */
export interface SlotRules {
  readonly slotDuration: number;
  readonly slotDurationUnit: "mins" | "hours";
  readonly slotInterval: number;
  readonly slotIntervalUnit: "mins" | "hours";
  readonly slotBuffer: number;
  readonly slotBufferUnit: "mins" | "hours";
  readonly preBuffer: number;
  readonly preBufferUnit: "mins" | "hours";
  /** How many may book the same slot; the misspelling is the wire name. */
  readonly appoinmentPerSlot: number;
  /** Absent: no limit. */
  readonly appoinmentPerDay?: number;
  readonly allowBookingAfter: number;
  readonly allowBookingAfterUnit: "mins" | "hours" | "days" | "weeks" | "months";
  readonly allowBookingFor: number;
  readonly allowBookingForUnit: "days" | "weeks" | "months";
  readonly openHours: readonly OpeningRule[];
  /** 1: `availabilities` replace the opening hours. */
  readonly availabilityType: 0 | 1;
  /** Hours of single days, by `YYYY-MM-DD`. */
  readonly availabilities: readonly {
    readonly date: string;
    readonly hours: readonly OpenHours[];
    readonly deleted?: boolean;
  }[];
}

/** What holds where a calendar says nothing else. */
export const DEFAULT_SLOT_RULES: SlotRules = {
  slotDuration: 30,
  slotDurationUnit: "mins",
  slotInterval: 30,
  slotIntervalUnit: "mins",
  slotBuffer: 0,
  slotBufferUnit: "mins",
  preBuffer: 0,
  preBufferUnit: "mins",
  appoinmentPerSlot: 1,
  allowBookingAfter: 0,
  allowBookingAfterUnit: "days",
  allowBookingFor: 365,
  allowBookingForUnit: "days",
  openHours: [],
  availabilityType: 0,
  availabilities: [],
};

/** A calendar that contacts book in. */
export interface Calendar extends SlotRules {
  readonly id: string;
  readonly locationId: string;
  readonly groupId?: string;
  readonly name: string;
  readonly description: string;
  readonly slug: string;
  readonly calendarType:
    | "round_robin"
    | "event"
    | "class_booking"
    | "collective"
    | "service_booking"
    | "personal";
  readonly isActive: boolean;
  readonly autoConfirm: boolean;
  readonly teamMembers: readonly TeamMember[];
  /** Settings that change nothing here, kept as they were sent. */
  readonly other: JsonObject;
}

/** A set of calendars. */
export interface CalendarGroup {
  readonly id: string;
  readonly locationId: string;
  readonly name: string;
  readonly description: string;
  readonly slug: string;
  readonly isActive: boolean;
}

/** The states of an appointment; the last two are of v3. */
export const APPOINTMENT_STATUSES = [
  "new",
  "confirmed",
  "cancelled",
  "showed",
  "noshow",
  "invalid",
  "completed",
  "active",
] as const;

/** An appointment, or a time that is blocked. Instants in milliseconds since 1970. */
export interface CalendarEvent {
  readonly kind: "appointment" | "block";
  readonly id: string;
  readonly locationId: string;
  /** Absent where a person's time is blocked. */
  readonly calendarId?: string;
  /** Absent for blocked time. */
  readonly contactId?: string;
  readonly assignedUserId?: string;
  readonly title: string;
  readonly description?: string;
  readonly address?: string;
  readonly meetingLocationType?: string;
  readonly appointmentStatus: (typeof APPOINTMENT_STATUSES)[number];
  readonly rrule?: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly dateAdded: string;
  readonly dateUpdated: string;
}

/** A note on an appointment. */
export interface AppointmentNote {
  readonly id: string;
  readonly appointmentId: string;
  readonly contactId: string;
  readonly body: string;
  readonly userId?: string;
  readonly dateAdded: string;
}

/** A room or a piece of equipment. */
export interface CalendarResource {
  readonly id: string;
  readonly locationId: string;
  readonly resourceType: string;
  readonly name: string;
  readonly description: string;
  readonly quantity: number;
  readonly outOfService: number;
  readonly capacity: number;
  readonly calendarIds: readonly string[];
  readonly isActive: boolean;
}

/** Working hours of a day of the week, or of one date. Times are `HH:MM`. */
export interface ScheduleRule {
  readonly type: "wday" | "date";
  readonly day?: string;
  readonly date?: string;
  readonly intervals: readonly { readonly from: string; readonly to: string }[];
}

/** A person's working hours, for the calendars that follow them. */
export interface Schedule {
  readonly id: string;
  readonly locationId: string;
  readonly userId: string;
  readonly name: string;
  readonly timezone: string;
  readonly rules: readonly ScheduleRule[];
  readonly dateAdded: string;
  readonly dateUpdated: string;
  readonly calendarIds: readonly string[];
}

/** The calendars of every location and what is in them. */
export interface CalendarState {
  readonly calendars: Map<string, Calendar>;
  readonly calendarGroups: Map<string, CalendarGroup>;
  readonly events: Map<string, CalendarEvent>;
  readonly appointmentNotes: Map<string, AppointmentNote>;
  readonly resources: Map<string, CalendarResource>;
  readonly schedules: Map<string, Schedule>;
}
