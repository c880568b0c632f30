import type { Contact } from "../world/contacts.ts";
import type { Conversation, EmailPart, Message } from "../world/conversations.ts";
import { toSeededId } from "../world/ids.ts";
import type { Location, User } from "../world/people.ts";
import { recordMessage } from "../world/record-message.ts";
import {
  INJECTION,
  type Line,
  type Script,
  SCRIPTS,
  SHARED_SCRIPTS,
} from "./conversation-scripts.ts";
import type { LocationPlan } from "./location-plans.ts";
import type { Prng } from "./prng.ts";
import { REFERENCE_DATE } from "./reference-date.ts";

/** What the conversations of a location are made from. */
export interface ConversationSource {
  readonly seed: number;
  readonly plan: LocationPlan;
  readonly location: Location;
  readonly contacts: readonly Contact[];
  readonly staff: readonly User[];
  readonly prng: Prng;
}

/** The conversations of a location with their messages. */
export interface SeededConversations {
  readonly conversations: Map<string, Conversation>;
  readonly messages: Map<string, Message>;
}

const COUNT = 44;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * The conversations of a location. The first is the one with orders for its reader; the others end
 * between an hour and 80 days before the reference date, a quarter of them in its last day.
 */
export const seedConversations = (source: ConversationSource): SeededConversations => {
  const made: SeededConversations = { conversations: new Map(), messages: new Map() };
  const scripts = [...(SCRIPTS[source.plan.key] ?? []), ...SHARED_SCRIPTS];
  const contacts = source.prng.sample(source.contacts, COUNT);
  for (const [index, contact] of contacts.entries()) {
    const script = index === 0 ? INJECTION : (scripts[index % scripts.length] ?? INJECTION);
    const endsAt = REFERENCE_DATE - Math.round(ageDays(index, source.prng) * DAY_MS);
    seedConversation({ source, made, contact, script, index, endsAt });
  }
  return made;
};

const ageDays = (index: number, prng: Prng): number => {
  if (index % 4 === 0) return 0.04 + prng.next() * 0.9;
  if (index % 4 === 1) return 2 + prng.next() * 5;
  return 1 + prng.next() * 79;
};

interface Thread {
  readonly source: ConversationSource;
  readonly made: SeededConversations;
  readonly contact: Contact;
  readonly script: Script;
  readonly index: number;
  readonly endsAt: number;
}

const seedConversation = (thread: Thread): void => {
  const { source, made, contact, script, index, endsAt } = thread;
  const { seed, plan, prng, staff } = source;
  const assignee = contact.assignedTo ?? prng.pick(staff).id;
  const gaps = script.map(() => (0.05 + prng.next() * 3) * HOUR_MS);
  const startsAt = endsAt - gaps.slice(1).reduce((sum, gap) => sum + gap, 0);
  const added = new Date(Math.round(startsAt)).toISOString();
  const id = toSeededId(seed, `conversation ${plan.key} ${index}`);
  made.conversations.set(id, {
    id,
    locationId: contact.locationId,
    contactId: contact.id,
    // Some wait for someone to take them.
    ...(index % 7 === 3 ? {} : { assignedTo: assignee }),
    type: script[0]?.via === "TYPE_FACEBOOK" ? "TYPE_FB_MESSENGER" : "TYPE_PHONE",
    unreadCount: 0,
    starred: index % 11 === 2,
    inbox: true,
    followers: [],
    dateAdded: added,
    dateUpdated: added,
  });
  let at = startsAt;
  for (const [turn, line] of script.entries()) {
    if (turn > 0) at += gaps[turn] ?? 0;
    recordMessage(made, toMessage(thread, { line, turn, id, assignee, atMs: Math.round(at) }));
  }
  markRead(thread, id);
};

/** Every fifth one was read and not answered. */
const markRead = ({ made, index }: Thread, id: string): void => {
  const conversation = made.conversations.get(id);
  if (index % 5 === 4 && conversation !== undefined) {
    made.conversations.set(id, { ...conversation, unreadCount: 0 });
  }
};

interface Turn {
  readonly line: Line;
  readonly turn: number;
  readonly id: string;
  readonly assignee: string;
  readonly atMs: number;
}

const toMessage = (thread: Thread, { line, turn, id, assignee, atMs }: Turn): Message => {
  const { source, contact, index } = thread;
  const name = `${source.plan.key} ${index} ${turn}`;
  const text = line.text.replaceAll("{name}", contact.firstName ?? "there");
  const date = new Date(atMs).toISOString();
  const isInbound = line.from === "contact";
  return {
    id: toSeededId(source.seed, `message ${name}`),
    conversationId: id,
    contactId: contact.id,
    locationId: contact.locationId,
    messageType: line.via,
    direction: isInbound ? "inbound" : "outbound",
    status: isInbound ? "delivered" : "sent",
    body: text,
    attachments: [],
    source: line.from === "workflow" ? "workflow" : "app",
    ...(line.from === "staff" ? { userId: assignee } : {}),
    ...(line.via === "TYPE_EMAIL" ? { email: toEmail(thread, line, name) } : {}),
    ...(line.transcript === undefined
      ? {}
      : {
          call: {
            status: "completed",
            durationSeconds: 30 + line.transcript.length * 20,
            transcript: line.transcript,
          },
        }),
    dateAdded: date,
    dateUpdated: date,
  };
};

const toEmail = ({ source, contact, index }: Thread, line: Line, name: string): EmailPart => {
  const text = line.text.replaceAll("{name}", contact.firstName ?? "there");
  const theirs = contact.email ?? `unknown@${source.plan.key}.example.com`;
  const ours = source.location.email;
  const isInbound = line.from === "contact";
  return {
    id: toSeededId(source.seed, `email ${name}`),
    threadId: toSeededId(source.seed, `email thread ${source.plan.key} ${index}`),
    subject: line.subject ?? "",
    html: `<p>${text.replaceAll("\n\n", "</p><p>").replaceAll("\n", "<br>")}</p>`,
    from: isInbound ? theirs : ours,
    to: [isInbound ? ours : theirs],
    cc: [],
    bcc: [],
  };
};
