import { toSeededId } from "../world/ids.ts";
import type { Contact, Note, Task } from "../world/contacts.ts";
import type { User } from "../world/people.ts";
import type { LocationPlan } from "./location-plans.ts";
import type { Prng } from "./prng.ts";
import { daysBefore, REFERENCE_DATE } from "./reference-date.ts";

/** What the notes and tasks of a location are made from. */
export interface FollowUpSource {
  readonly seed: number;
  readonly plan: LocationPlan;
  readonly contacts: readonly Contact[];
  readonly staff: readonly User[];
  readonly prng: Prng;
}

const NOTES = [
  { title: "First call", body: "Found us through a friend. Prefers to be called after 17:00." },
  { title: "Price", body: "Asked for a written quote and compares it with two others." },
  {
    title: "Billing",
    body: "Wants to pay in three instalments. Agreed, first one due on the day.",
  },
  { title: "Access", body: "Needs step-free access. Parking is behind the building." },
  {
    title: "Complaint",
    body: "Waited 40 minutes last time. Apologised; keep the next visit punctual.",
  },
  { title: "Family", body: "Would like to bring a relative along to the next appointment." },
] as const;

const TASKS = [
  { title: "Send the quote", body: "Includes the options that we talked about." },
  { title: "Call back", body: "Could not talk last time." },
  { title: "Check the insurance papers", body: "They are attached to the last email." },
  { title: "Ask for a review", body: "Only if the last visit went well." },
  { title: "Confirm the address", body: "The one on file looks old." },
] as const;

const EVERY_NTH_HAS_A_NOTE = 4;
const TASKS_PER_LOCATION = 30;
/** Of three tasks one is done, one is overdue and one is still to come. */
const STATES = ["done", "overdue", "ahead"] as const;

/** Notes on every fourth contact; some have two. */
export const seedNotes = ({ seed, plan, contacts, staff, prng }: FollowUpSource): Note[] =>
  contacts
    .filter((_, index) => index % EVERY_NTH_HAS_A_NOTE === 0)
    .flatMap((contact, index) =>
      prng.sample(NOTES, index % 3 === 0 ? 2 : 1).map((note, part) => ({
        id: toSeededId(seed, `note ${plan.key} ${index} ${part}`),
        contactId: contact.id,
        locationId: contact.locationId,
        ...note,
        pinned: prng.chance(0.15),
        userId: prng.pick(staff).id,
        dateAdded: daysBefore(REFERENCE_DATE, prng.next() * 60),
      })),
    );

/** The tasks of a location: a third done, a third overdue at the reference date, a third ahead. */
export const seedTasks = ({ seed, plan, contacts, staff, prng }: FollowUpSource): Task[] =>
  Array.from({ length: TASKS_PER_LOCATION }, (_, index) => {
    const contact = prng.pick(contacts);
    const state = STATES[index % STATES.length];
    const days = 1 + Math.floor(prng.next() * 14);
    return {
      id: toSeededId(seed, `task ${plan.key} ${index}`),
      contactId: contact.id,
      locationId: contact.locationId,
      ...prng.pick(TASKS),
      dueDate: daysBefore(REFERENCE_DATE, state === "ahead" ? -days : days),
      completed: state === "done",
      // One in six belongs to no one.
      ...(index % 6 === 5 ? {} : { assignedTo: contact.assignedTo ?? prng.pick(staff).id }),
      dateAdded: daysBefore(REFERENCE_DATE, 15 + days),
    };
  });
