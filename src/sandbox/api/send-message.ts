import { reaches } from "../gate/caller.ts";
import { toFieldRules } from "../gate/field-rules.ts";
import { textOf } from "../gate/fields.ts";
import { answer, type Outcome, refuse } from "../gate/outcome.ts";
import { type ApiCall, createRouteFamily, type Route } from "../gate/route.ts";
import type { EmailPart, Message } from "../world/conversations.ts";
import { recordMessage } from "../world/record-message.ts";
import { notFound } from "./answers.ts";
import {
  emailRecord,
  findEmail,
  getMessage,
  messageRecord,
  openConversation,
} from "./conversation-records.ts";
import { textsOf } from "./field-texts.ts";
import { checkSend, SEND_CHANNELS, type SendRequest } from "./send-checks.ts";

const { write } = createRouteFamily({
  read: "conversations/message.readonly",
  write: "conversations/message.write",
});

// The specs demand `subType` and `status`; a plain message goes out without them.
const BODY = `type:string!{${Object.keys(SEND_CHANNELS).join("|")}} subType:any contactId:string!
  appointmentId:string attachments:strings emailFrom:string emailCc:strings emailBcc:strings
  html:string message:string subject:string replyMessageId:string templateId:string
  threadId:string scheduledTimestamp:number conversationProviderId:string emailTo:string
  customSubtypeId:string emailReplyMode:string{reply|reply_all} fromNumber:string toNumber:string
  forward:object status:string{delivered|failed|pending|read} usesNativeSchedulingAi:boolean
  optimizationPeriod:string{24h|48h|72h}`;

/** The endpoints that send a message to a contact, at once or later, and call it off. */
export const sendMessageRoutes: readonly Route[] = [
  write("POST /conversations/messages", {
    location: { in: "caller" },
    body: () => toFieldRules(BODY),
    handle: (call) => sendMessage(call),
  }),
  write("DELETE /conversations/messages/email/:id/schedule", {
    location: emailRecord,
    handle: (call) => cancel(call),
  }),
  write("DELETE /conversations/messages/:id/schedule", {
    location: messageRecord,
    handle: (call) => cancel(call),
  }),
];

const sendMessage = (call: ApiCall): Outcome => {
  const { world, body, caller } = call;
  const contact = world.contacts.get(textOf(body["contactId"]));
  if (contact === undefined) return notFound("Contact", textOf(body["contactId"]));
  if (!reaches(caller, contact.locationId)) {
    return refuse(403, "The token does not have access to this location.");
  }
  const name = textOf(body["type"]);
  const channel = SEND_CHANNELS[name];
  if (channel === undefined) throw new Error("the gate let an unknown channel through");
  const template = world.templates.find(
    ({ id, locationId }) => id === body["templateId"] && locationId === contact.locationId,
  );
  const text =
    textOf(body["message"]) ||
    textOf(body["html"]) ||
    (template === undefined ? "" : template.body);
  const request: SendRequest = { name, channel, contact, text, body, now: call.now };
  const refusal = checkSend(request);
  if (refusal !== undefined) return refusal;
  const message = toMessage(call, request, template?.subject ?? "");
  recordMessage(world, message);
  return answer(200, {
    conversationId: message.conversationId,
    messageId: message.id,
    ...(message.email === undefined ? {} : { emailMessageId: message.email.id }),
    msg: `${name} queued successfully.`,
    ...(message.scheduledFor === undefined ? {} : { status: "scheduled" }),
  });
};

const toMessage = (call: ApiCall, request: SendRequest, templateSubject: string): Message => {
  const { contact, channel, text, body } = request;
  const { scheduledTimestamp, conversationProviderId } = body;
  const { userId } = call.caller;
  const isLater = typeof scheduledTimestamp === "number";
  return {
    id: call.newId(),
    conversationId: openConversation(call, contact.id).id,
    contactId: contact.id,
    locationId: contact.locationId,
    messageType: channel.messageType,
    direction: "outbound",
    status: isLater ? "scheduled" : "sent",
    body: text,
    attachments: textsOf(body["attachments"]),
    source: "api",
    ...(userId === "" ? {} : { userId }),
    ...(typeof conversationProviderId === "string" ? { conversationProviderId } : {}),
    ...(channel.messageType === "TYPE_EMAIL"
      ? { email: toEmail(call, request, templateSubject) }
      : {}),
    ...(isLater ? { scheduledFor: new Date(scheduledTimestamp * 1000).toISOString() } : {}),
    dateAdded: call.now,
    dateUpdated: call.now,
  };
};

const toEmail = (call: ApiCall, request: SendRequest, templateSubject: string): EmailPart => {
  const { contact, body } = request;
  const answered = findEmail(call.world, textOf(body["replyMessageId"]))?.email;
  const location = call.world.locations.find(({ id }) => id === contact.locationId);
  return {
    id: call.newId(),
    threadId: firstText(body["threadId"], answered?.threadId, call.newId()),
    subject: firstText(body["subject"], answered?.subject, templateSubject, "No Subject"),
    html: toHtml(request),
    from: firstText(body["emailFrom"], location?.email),
    to: [firstText(body["emailTo"], contact.email)],
    cc: textsOf(body["emailCc"]),
    bcc: textsOf(body["emailBcc"]),
    ...(answered === undefined ? {} : { replyToMessageId: answered.id }),
  };
};

/** A plain text becomes a paragraph; templates are HTML already. */
const toHtml = ({ body, text }: SendRequest): string => {
  const message = textOf(body["message"]);
  return firstText(body["html"], message === "" ? text : `<p>${message}</p>`);
};

const firstText = (...values: readonly unknown[]): string =>
  values.map(textOf).find((text) => text !== "") ?? "";

const cancel = (call: ApiCall): Outcome => {
  const message = getMessage(call);
  if (message.status !== "scheduled") return refuse(400, "The message is not scheduled.");
  call.world.messages.delete(message.id);
  return answer(200, { status: 200, message: "Scheduled message cancelled successfully." });
};
