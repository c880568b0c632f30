import type { Conversation, Message } from "./conversations.ts";
import type { World } from "./world.ts";

/**
 * Adds a message to its conversation, which must exist: an inbound one is unread, an outbound one
 * answers what was unread. A message that waits for its time changes nothing else yet.
 */
export const recordMessage = (
  world: Pick<World, "conversations" | "messages">,
  message: Message,
): Conversation => {
  const conversation = world.conversations.get(message.conversationId);
  if (conversation === undefined) throw new Error("a message was recorded for no conversation");
  world.messages.set(message.id, message);
  if (message.status === "scheduled") return conversation;
  const isManual =
    message.direction === "inbound" || message.source === "app" || message.source === "api";
  const changed: Conversation = {
    ...conversation,
    inbox: true,
    unreadCount: message.direction === "inbound" ? conversation.unreadCount + 1 : 0,
    dateUpdated: message.dateAdded,
    last: {
      messageId: message.id,
      date: message.dateAdded,
      body: message.email?.subject ?? message.body,
      messageType: message.messageType,
      direction: message.direction,
      action: isManual ? "manual" : "automated",
    },
    ...(isManual ? { lastManualMessageDate: message.dateAdded } : {}),
  };
  world.conversations.set(changed.id, changed);
  return changed;
};
