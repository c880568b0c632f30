import { type Conversation, type Message, MESSAGE_TYPES } from "../world/conversations.ts";
import type { World } from "../world/world.ts";
import { toFullName } from "./present-contact.ts";

const CONVERSATION_TYPES = { TYPE_PHONE: 1, TYPE_EMAIL: 2, TYPE_FB_MESSENGER: 3 } as const;

/** When a conversation last changed for a sort: its last message, or its start. */
export const lastMessageMs = (conversation: Conversation): number =>
  Date.parse(conversation.last?.date ?? conversation.dateAdded);

/** A conversation as the search answers it, with the main facts of its contact. Dates are numbers. */
export const presentFoundConversation = (
  conversation: Conversation,
  world: World,
  sort: readonly number[],
) => {
  const { last, lastManualMessageDate } = conversation;
  const contact = world.contacts.get(conversation.contactId);
  const name = contact === undefined ? undefined : toFullName(contact);
  return {
    id: conversation.id,
    contactId: conversation.contactId,
    locationId: conversation.locationId,
    fullName: name,
    contactName: name,
    companyName: contact?.companyName,
    email: contact?.email,
    phone: contact?.phone,
    tags: contact?.tags ?? [],
    assignedTo: conversation.assignedTo,
    followers: conversation.followers,
    type: conversation.type,
    unreadCount: conversation.unreadCount,
    starred: conversation.starred,
    inbox: conversation.inbox,
    ...(last === undefined
      ? {}
      : {
          lastMessageBody: last.body,
          lastMessageDate: Date.parse(last.date),
          lastMessageType: last.messageType,
          lastMessageDirection: last.direction,
          lastOutboundMessageAction: last.action,
        }),
    ...(lastManualMessageDate === undefined
      ? {}
      : { lastManualMessageDate: Date.parse(lastManualMessageDate) }),
    dateAdded: Date.parse(conversation.dateAdded),
    dateUpdated: Date.parse(conversation.dateUpdated),
    sort,
  };
};

/** A conversation as `GET /conversations/{id}` answers it; its type is a number there. */
export const presentConversation = (conversation: Conversation) => ({
  id: conversation.id,
  contactId: conversation.contactId,
  locationId: conversation.locationId,
  deleted: false,
  inbox: conversation.inbox,
  type: CONVERSATION_TYPES[conversation.type],
  unreadCount: conversation.unreadCount,
  assignedTo: conversation.assignedTo,
  starred: conversation.starred,
  followers: conversation.followers,
  lastMessageBody: conversation.last?.body,
  lastMessageDate: conversation.last?.date,
  lastMessageType: conversation.last?.messageType,
  dateAdded: conversation.dateAdded,
  dateUpdated: conversation.dateUpdated,
});

/** A message as lists and its own endpoint answer it. The text of an email is not in it. */
export const presentMessage = (message: Message) => {
  const { email, call } = message;
  return {
    id: message.id,
    type: MESSAGE_TYPES[message.messageType],
    messageType: message.messageType,
    locationId: message.locationId,
    contactId: message.contactId,
    conversationId: message.conversationId,
    direction: message.direction,
    status: message.status,
    contentType: email === undefined ? "text/plain" : "text/html",
    ...(email === undefined ? { body: message.body } : {}),
    attachments: message.attachments,
    source: message.source,
    userId: message.userId,
    conversationProviderId: message.conversationProviderId,
    altId: message.altId,
    ...(email === undefined
      ? {}
      : {
          meta: {
            email: { messageIds: [email.id], subject: email.subject, direction: message.direction },
          },
        }),
    ...(call === undefined
      ? {}
      : { meta: { callDuration: String(call.durationSeconds), callStatus: call.status } }),
    dateAdded: message.dateAdded,
    dateUpdated: message.dateUpdated,
  };
};

/** An email as `GET /conversations/messages/email/{id}` answers it, with its text. */
export const presentEmail = (message: Message, email: NonNullable<Message["email"]>) => ({
  id: email.id,
  threadId: email.threadId,
  locationId: message.locationId,
  contactId: message.contactId,
  conversationId: message.conversationId,
  dateAdded: message.dateAdded,
  subject: email.subject,
  body: email.html,
  direction: message.direction,
  status: message.status,
  contentType: "text/html",
  attachments: message.attachments,
  provider: "Leadconnector Gmail",
  from: email.from,
  to: email.to,
  cc: email.cc,
  bcc: email.bcc,
  replyToMessageId: email.replyToMessageId,
  source: message.source,
  conversationProviderId: message.conversationProviderId,
});
