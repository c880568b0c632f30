import { toFieldRules } from "../gate/field-rules.ts";
import type { Fields, JsonObject } from "../gate/fields.ts";
import type { Calendar } from "../world/calendars.ts";
import { pickFields } from "./field-texts.ts";

const UNIT = "string{mins|hours}";

const SHARED = `isActive:boolean notifications:array groupId:string teamMembers:array
  eventType:string{RoundRobin_OptimizeForAvailability|RoundRobin_OptimizeForEqualDistribution}
  description:string slug:string widgetSlug:string widgetType:string{default|classic}
  eventTitle:string eventColor:string locationConfigurations:array meetingLocation:string
  slotDuration:number slotDurationUnit:${UNIT} preBufferUnit:${UNIT} slotInterval:number
  slotIntervalUnit:${UNIT} slotBuffer:number preBuffer:number appoinmentPerSlot:number
  appoinmentPerDay:number allowBookingAfter:number allowBookingFor:number
  allowBookingForUnit:string{days|weeks|months} openHours:array enableRecurring:boolean
  recurring:object formId:string stickyContact:boolean isLivePaymentMode:boolean
  autoConfirm:boolean shouldSendAlertEmailsToAssignedMember:boolean alertEmail:string
  googleInvitationEmails:boolean allowReschedule:boolean allowCancellation:boolean
  shouldAssignContactToTeamMember:boolean shouldSkipAssigningContactForExisting:boolean
  notes:string pixelId:string formSubmitType:string{RedirectURL|ThankYouMessage}
  formSubmitRedirectURL:string formSubmitThanksMessage:string availabilityType:number
  availabilities:array guestType:string{count_only|collect_detail} consentLabel:string
  calendarCoverImage:string lookBusyConfig:object`;

const CREATE_ONLY = `locationId:string! name:string! slotBufferUnit:${UNIT}
  calendarType:string{round_robin|event|class_booking|collective|service_booking|personal}`;

/** What a calendar may carry; v3 knows one more unit of notice. */
export const calendarFields =
  (isNew: boolean) =>
  (isV3: boolean): Fields => ({
    ...toFieldRules(SHARED),
    ...toFieldRules(isNew ? CREATE_ONLY : "name:string"),
    ...toFieldRules(`allowBookingAfterUnit:string{hours|days|weeks|months${isV3 ? "|mins" : ""}}`),
  });

/** The settings that the sandbox computes with. */
const KNOWN = [
  "groupId",
  "name",
  "description",
  "slug",
  "calendarType",
  "isActive",
  "autoConfirm",
  "teamMembers",
  "slotDuration",
  "slotDurationUnit",
  "slotInterval",
  "slotIntervalUnit",
  "slotBuffer",
  "slotBufferUnit",
  "preBuffer",
  "preBufferUnit",
  "appoinmentPerSlot",
  "appoinmentPerDay",
  "allowBookingAfter",
  "allowBookingAfterUnit",
  "allowBookingFor",
  "allowBookingForUnit",
  "openHours",
  "availabilityType",
  "availabilities",
];

/** The part of a calendar that a checked body sets; what changes nothing here is kept in `other`. */
export const readCalendarBody = (body: JsonObject): Partial<Calendar> => ({
  ...pickFields(body, KNOWN),
  other: Object.fromEntries(
    Object.entries(body).filter(([name]) => !KNOWN.includes(name) && name !== "locationId"),
  ),
});
