import { reaches } from "../gate/caller.ts";
import { toFieldRules } from "../gate/field-rules.ts";
import { type Fields, isJsonObject, textOf } from "../gate/fields.ts";
import { answer, type Outcome, refuse } from "../gate/outcome.ts";
import { type ApiCall, createRouteFamily, type Route } from "../gate/route.ts";
import type { Conversation, Message, MessageStatus, MessageType } from "../world/conversations.ts";
import { recordMessage } from "../world/record-message.ts";
import { notFound } from "./answers.ts";
import { emailRecord, getMessage, messageRecord } from "./conversation-records.ts";
import { isoDateRule, textsOf } from "./field-texts.ts";
import { presentMessage } from "./present-conversation.ts";

const { write } = createRouteFamily({
  read: "conversations/message.readonly",
  write: "conversations/message.write",
});

const INBOUND_TYPES: Readonly<Record<string, MessageType>> = {
  SMS: "TYPE_SMS",
  RCS: "TYPE_RCS",
  Email: "TYPE_EMAIL",
  WhatsApp: "TYPE_WHATSAPP",
  GMB: "TYPE_GMB",
  IG: "TYPE_INSTAGRAM",
  FB: "TYPE_FACEBOOK",
  Custom: "TYPE_CUSTOM_SMS",
  WebChat: "TYPE_WEBCHAT",
  Live_Chat: "TYPE_LIVE_CHAT",
  Call: "TYPE_CALL",
  IVR_Call: "TYPE_CALL",
  Campaign_Call: "TYPE_CALL",
  Campaign_VoiceMail: "TYPE_CALL",
};

const SHARED: Fields = {
  ...toFieldRules(
    `attachments:strings conversationId:string! conversationProviderId:string! altId:string
     call:object`,
  ),
  date: isoDateRule(false),
};

/** The endpoints with which a provider reports messages that went by another way, and their fate. */
export const providerMessageRoutes: readonly Route[] = [
  write("POST /conversations/messages/inbound", {
    location: { in: "caller" },
    body: () => ({
      ...SHARED,
      ...toFieldRules(
        `type:string!{${Object.keys(INBOUND_TYPES).join("|")}} message:string contactId:string
         html:string subject:string emailFrom:string emailTo:string emailCc:strings
         emailBcc:strings emailMessageId:string direction:string{inbound|outbound}`,
      ),
    }),
    handle: (call) => report(call, call.body["direction"] === "outbound" ? "outbound" : "inbound"),
  }),
  write("POST /conversations/messages/outbound", {
    location: { in: "caller" },
    body: () => ({ ...SHARED, ...toFieldRules("type:string!{Call}") }),
    handle: (call) => report(call, "outbound"),
  }),
  write("PUT /conversations/messages/email/:id/status", {
    versions: "v3",
    location: emailRecord,
    body: () =>
      toFieldRules(
        `events:object recipients:array
         status:string!{pending|scheduled|sent|delivered|read|undelivered|connected|failed|opened|clicked}`,
      ),
    handle: (call) => {
      setStatus(call);
      return answer(200, { success: true, message: "Email message status updated" });
    },
  }),
  write("PUT /conversations/messages/:id/status", {
    location: messageRecord,
    body: () =>
      toFieldRules(
        "status:string!{delivered|failed|pending|read} error:object emailMessageId:string recipients:strings",
      ),
    handle: (call) => {
      const { conversationId, id, email, status } = setStatus(call);
      return answer(200, {
        conversationId,
        messageId: id,
        ...(email === undefined ? {} : { emailMessageId: email.id }),
        msg: "Message status updated successfully.",
        status,
      });
    },
  }),
  write("PUT /conversations/messages/:id/attachments", {
    location: messageRecord,
    body: () => toFieldRules("attachments:strings!"),
    handle: (call) => {
      const old = getMessage(call);
      const attachments = [...old.attachments, ...textsOf(call.body["attachments"])];
      const message: Message = { ...old, attachments, dateUpdated: call.now };
      call.world.messages.set(old.id, message);
      return answer(200, presentMessage(message));
    },
  }),
];

const setStatus = (call: ApiCall): Message => {
  const old = getMessage(call);
  // Checked against the list of the route.
  const status = textOf(call.body["status"]) as MessageStatus;
  const message: Message = { ...old, status, dateUpdated: call.now };
  call.world.messages.set(old.id, message);
  return message;
};

const report = (call: ApiCall, direction: Message["direction"]): Outcome => {
  const { world, body, caller } = call;
  const id = textOf(body["conversationId"]);
  const conversation = world.conversations.get(id);
  if (conversation === undefined) return notFound("Conversation", id);
  if (!reaches(caller, conversation.locationId)) {
    return refuse(403, "The token does not have access to this location.");
  }
  const { contactId } = body;
  if (contactId !== undefined && contactId !== conversation.contactId) {
    return refuse(400, "The contact is not the one of the conversation.");
  }
  const message = toMessage(call, conversation, direction);
  recordMessage(world, message);
  return answer(200, {
    success: true,
    conversationId: id,
    messageId: message.id,
    message: "Message added successfully",
    contactId: conversation.contactId,
    dateAdded: message.dateAdded,
    ...(message.email === undefined ? {} : { emailMessageId: message.email.id }),
  });
};

const toMessage = (
  call: ApiCall,
  conversation: Conversation,
  direction: Message["direction"],
): Message => {
  const { body } = call;
  const messageType = INBOUND_TYPES[textOf(body["type"])] ?? "TYPE_CUSTOM_SMS";
  const date = body["date"] === undefined ? call.now : new Date(textOf(body["date"])).toISOString();
  const report = isJsonObject(body["call"]) ? body["call"] : {};
  return {
    id: call.newId(),
    conversationId: conversation.id,
    contactId: conversation.contactId,
    locationId: conversation.locationId,
    messageType,
    direction,
    status: "delivered",
    body: textOf(body["message"]) || textOf(body["html"]),
    attachments: textsOf(body["attachments"]),
    source: "api",
    conversationProviderId: textOf(body["conversationProviderId"]),
    ...(typeof body["altId"] === "string" ? { altId: body["altId"] } : {}),
    ...(messageType === "TYPE_EMAIL"
      ? {
          email: {
            id: textOf(body["emailMessageId"]) || call.newId(),
            threadId: call.newId(),
            subject: textOf(body["subject"]) || "No Subject",
            html: textOf(body["html"]) || textOf(body["message"]),
            from: textOf(body["emailFrom"]),
            to: [textOf(body["emailTo"])],
            cc: textsOf(body["emailCc"]),
            bcc: textsOf(body["emailBcc"]),
          },
        }
      : {}),
    ...(messageType === "TYPE_CALL"
      ? {
          call: {
            status: textOf(report["status"]) || "completed",
            durationSeconds: 0,
            from: textOf(report["from"]),
            to: textOf(report["to"]),
          },
        }
      : {}),
    dateAdded: date,
    dateUpdated: call.now,
  };
};
