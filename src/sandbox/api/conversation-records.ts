import type { ApiCall, LocationPlace } from "../gate/route.ts";
import type { Conversation, EmailPart, Message } from "../world/conversations.ts";
import { recordMessage } from "../world/record-message.ts";
import type { World } from "../world/world.ts";

/** The conversation that a path names, for the check of its location. */
export const conversationRecord: LocationPlace = {
  in: "record",
  name: "Conversation",
  find: (world, id) => world.conversations.get(id),
};

/** The message that a path names. */
export const messageRecord: LocationPlace = {
  in: "record",
  name: "Message",
  find: (world, id) => world.messages.get(id),
};

/** The message around the email that a path names. */
export const emailRecord: LocationPlace = {
  in: "record",
  name: "Email message",
  find: (world, id) => findEmail(world, id)?.message,
};

/** An email and the message around it, by the id of the email. */
export const findEmail = (
  world: Pick<World, "messages">,
  emailId: string,
): { readonly message: Message; readonly email: EmailPart } | undefined => {
  for (const message of world.messages.values()) {
    if (message.email?.id === emailId) return { message, email: message.email };
  }
  return undefined;
};

/** The conversation of a call that has passed {@link conversationRecord}. */
export const getConversation = ({ world, params }: ApiCall): Conversation => {
  const conversation = world.conversations.get(params["id"] ?? "");
  if (conversation === undefined) throw new Error("the gate let an unknown conversation through");
  return conversation;
};

/** The message of a call that has passed {@link messageRecord} or {@link emailRecord}. */
export const getMessage = ({ world, params }: ApiCall): Message => {
  const id = params["id"] ?? "";
  const message = world.messages.get(id) ?? findEmail(world, id)?.message;
  if (message === undefined) throw new Error("the gate let an unknown message through");
  return message;
};

/** The conversation of a contact; started where there is none. */
export const openConversation = (
  { world, now, newId }: Pick<ApiCall, "world" | "now" | "newId">,
  contactId: string,
): Conversation => {
  for (const conversation of world.conversations.values()) {
    if (conversation.contactId === contactId) return conversation;
  }
  const contact = world.contacts.get(contactId);
  if (contact === undefined) throw new Error("a conversation was opened for no contact");
  const made: Conversation = {
    id: newId(),
    locationId: contact.locationId,
    contactId,
    ...(contact.assignedTo === undefined ? {} : { assignedTo: contact.assignedTo }),
    type: "TYPE_PHONE",
    unreadCount: 0,
    starred: false,
    inbox: true,
    followers: [],
    dateAdded: now,
    dateUpdated: now,
  };
  world.conversations.set(made.id, made);
  return made;
};

/** Sends the messages whose time has come since the last call. */
export const sendDueMessages = ({ world, now }: Pick<ApiCall, "world" | "now">): void => {
  for (const message of world.messages.values()) {
    const { scheduledFor, ...rest } = message;
    if (message.status !== "scheduled" || scheduledFor === undefined || scheduledFor > now)
      continue;
    recordMessage(world, {
      ...rest,
      status: "sent",
      dateAdded: scheduledFor,
      dateUpdated: scheduledFor,
    });
  }
};
