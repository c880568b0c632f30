import type { Contact } from "../world/contacts.ts";
import type { Location, User } from "../world/people.ts";
import type { World } from "../world/world.ts";
import { LOCATION_PLANS, type LocationPlan } from "./location-plans.ts";
import { createPrng } from "./prng.ts";
import { seedAppointmentNotes, seedEvents } from "./seed-appointments.ts";
import { seedCalendarGroup, seedCalendars } from "./seed-calendars.ts";
import { seedContacts } from "./seed-contacts.ts";
import { seedConversations } from "./seed-conversations.ts";
import { seedNotes, seedTasks } from "./seed-follow-ups.ts";
import { explainLosses, orphanLast, seedOpportunities } from "./seed-opportunities.ts";
import { seedCompany, seedLocation, seedUsers } from "./seed-people.ts";
import {
  seedCustomFields,
  seedCustomValues,
  seedLostReasons,
  seedPipelines,
  seedTags,
  seedTemplates,
  seedWorkflows,
} from "./seed-settings.ts";

/** Builds the sample agency: the same seed gives the same world, ids and dates included. */
export const seedWorld = (seed: number): World => {
  const users = seedUsers(seed);
  const parts = LOCATION_PLANS.map((plan, index) => {
    // One generator per location: a change in one plan leaves the other locations as they are.
    const prng = createPrng(seed + index);
    const location = seedLocation(seed, plan);
    const source = { seed, plan, location, prng, users };
    const pipelines = seedPipelines(source);
    const customFields = seedCustomFields(source);
    const contacts = seedContacts({ ...source, customFields });
    const workflows = seedWorkflows(source);
    const lostReasons = seedLostReasons(source);
    const deals = seedOpportunities({ ...source, contacts, pipelines });
    return {
      location,
      pipelines,
      customFields,
      contacts,
      workflows,
      lostReasons,
      customValues: seedCustomValues(source),
      tags: seedTags(source),
      templates: seedTemplates(source),
      opportunities: orphanLast(explainLosses(deals, lostReasons)),
      ...seedDailyWork({ seed, plan, location, users, contacts, index }),
    };
  });
  const all = <Key extends keyof (typeof parts)[number]>(key: Key) =>
    parts.map((part) => part[key]);
  return {
    company: seedCompany(seed),
    users,
    locations: all("location"),
    laterLocationIds: new Set(),
    pipelines: all("pipelines").flat(),
    workflows: all("workflows").flat(),
    customFields: all("customFields").flat(),
    customValues: all("customValues").flat(),
    tags: all("tags").flat(),
    templates: all("templates").flat(),
    lostReasons: all("lostReasons").flat(),
    contacts: byId(all("contacts").flat()),
    opportunities: byId(all("opportunities").flat()),
    notes: byId(all("notes").flat()),
    tasks: byId(all("tasks").flat()),
    enrolments: new Map(),
    conversations: new Map(all("conversations").flatMap((map) => [...map])),
    messages: new Map(all("messages").flatMap((map) => [...map])),
    calendars: byId(all("calendars").flat()),
    calendarGroups: byId(all("calendarGroup")),
    events: byId(all("events").flat()),
    appointmentNotes: byId(all("appointmentNotes").flat()),
    resources: new Map(),
    schedules: new Map(),
  };
};

/** Far from the seeds of the locations themselves, whose sequences stay as they were. */
const DAILY_WORK_SEED = 104_729;

/** What the staff of a location works with day by day, from a generator of its own. */
const seedDailyWork = (from: {
  readonly seed: number;
  readonly plan: LocationPlan;
  readonly location: Location;
  readonly users: readonly User[];
  readonly contacts: readonly Contact[];
  readonly index: number;
}) => {
  const { seed, plan, location, contacts } = from;
  const prng = createPrng(seed * DAILY_WORK_SEED + from.index);
  const staff = from.users.filter(
    (user) => user.type === "account" && user.locationIds.includes(location.id),
  );
  const source = { seed, plan, location, staff, contacts, prng };
  const calendars = seedCalendars(source);
  const events = seedEvents({ ...source, calendars });
  return {
    ...seedConversations(source),
    notes: seedNotes(source),
    tasks: seedTasks(source),
    calendars,
    calendarGroup: seedCalendarGroup(source),
    events,
    appointmentNotes: seedAppointmentNotes(source, events),
  };
};

const byId = <Item extends { readonly id: string }>(items: readonly Item[]): Map<string, Item> =>
  new Map(items.map((item) => [item.id, item]));
