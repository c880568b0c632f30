import { reaches } from "../gate/caller.ts";
import { toFieldRules } from "../gate/field-rules.ts";
import { numberOf, textOf } from "../gate/fields.ts";
import { answer, type Outcome, refuse } from "../gate/outcome.ts";
import { type ApiCall, createRouteFamily, LOCATION_IN_BODY, type Route } from "../gate/route.ts";
import type { Conversation } from "../world/conversations.ts";
import { notFound } from "./answers.ts";
import { conversationRecord, getConversation, openConversation } from "./conversation-records.ts";
import { presentConversation } from "./present-conversation.ts";

const { read, write } = createRouteFamily({
  read: "conversations.readonly",
  write: "conversations.write",
});
const live = createRouteFamily({
  read: "conversations/livechat.write",
  write: "conversations/livechat.write",
});

/** The endpoints of single conversations. */
export const singleConversationRoutes: readonly Route[] = [
  read("GET /conversations/:id", {
    location: conversationRecord,
    handle: (call) =>
      answer(200, { ...presentConversation(getConversation(call)), traceId: call.traceId() }),
  }),
  write("POST /conversations/", {
    location: LOCATION_IN_BODY,
    body: () => toFieldRules("locationId:string! contactId:string!"),
    handle: (call) => createConversation(call),
  }),
  write("PUT /conversations/:id", {
    location: conversationRecord,
    body: (isV3) => ({
      ...toFieldRules("locationId:string! starred:boolean"),
      unreadCount: { type: "number", min: 0 },
      feedback: isV3 ? { type: "string", oneOf: ["positive", "negative"] } : { type: "object" },
    }),
    handle: (call) => updateConversation(call),
  }),
  write("DELETE /conversations/:id", {
    location: conversationRecord,
    handle: (call) => deleteConversation(call),
  }),
  live.write("POST /conversations/providers/live-chat/typing", {
    location: LOCATION_IN_BODY,
    body: () =>
      toFieldRules("locationId:string! isTyping:any! visitorId:string! conversationId:string!"),
    handle: () => answer(201, { success: true }),
  }),
];

const createConversation = (call: ApiCall): Outcome => {
  const { world, body } = call;
  const contactId = textOf(body["contactId"]);
  const contact = world.contacts.get(contactId);
  if (contact?.locationId !== body["locationId"]) {
    return notFound("Contact", contactId);
  }
  const old = [...world.conversations.values()].find((one) => one.contactId === contactId);
  if (old !== undefined) {
    return refuse(400, "Conversation already exists", { conversationId: old.id });
  }
  const { id, locationId, assignedTo, dateAdded, dateUpdated } = openConversation(call, contactId);
  return answer(201, {
    success: true,
    conversation: {
      id,
      dateUpdated,
      dateAdded,
      deleted: false,
      contactId,
      locationId,
      lastMessageDate: dateAdded,
      assignedTo,
    },
  });
};

const updateConversation = (call: ApiCall): Outcome => {
  const { world, body, caller, now } = call;
  const old = getConversation(call);
  if (body["locationId"] !== old.locationId || !reaches(caller, old.locationId)) {
    return refuse(403, "The token does not have access to this location.");
  }
  const { starred } = body;
  const changed: Conversation = {
    ...old,
    unreadCount: numberOf(body["unreadCount"], old.unreadCount),
    starred: typeof starred === "boolean" ? starred : old.starred,
    dateUpdated: now,
  };
  world.conversations.set(changed.id, changed);
  return answer(200, {
    success: true,
    conversation: {
      ...presentConversation(changed),
      type: changed.type,
      lastMessageType: changed.last?.messageType,
    },
  });
};

const deleteConversation = (call: ApiCall): Outcome => {
  const { world } = call;
  const { id } = getConversation(call);
  world.conversations.delete(id);
  for (const message of world.messages.values()) {
    if (message.conversationId === id) world.messages.delete(message.id);
  }
  return answer(200, { success: true });
};
