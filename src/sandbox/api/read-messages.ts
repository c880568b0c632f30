import { toFieldRules } from "../gate/field-rules.ts";
import { type Fields, numberOf, textOf } from "../gate/fields.ts";
import { answer, type Outcome, refuse } from "../gate/outcome.ts";
import { type ApiCall, createRouteFamily, LOCATION_IN_QUERY, type Route } from "../gate/route.ts";
import type { Message, MessageType } from "../world/conversations.ts";
import {
  conversationRecord,
  emailRecord,
  findEmail,
  getMessage,
  messageRecord,
} from "./conversation-records.ts";
import { presentEmail, presentMessage } from "./present-conversation.ts";

const { read } = createRouteFamily({
  read: "conversations/message.readonly",
  write: "conversations/message.write",
});

const MAX_LIMIT = 100;

const EXPORT_QUERY: Fields = {
  ...toFieldRules(
    `locationId:string! cursor:string sortBy:string{createdAt|updatedAt} sortOrder:string{asc|desc}
     conversationId:string contactId:string startDate:any endDate:any
     channel:string{Call|SMS|Email|WhatsApp|Instagram|Facebook}`,
  ),
  limit: { type: "number", min: 10, max: 500 },
};

/** The endpoints that read messages. */
export const readMessageRoutes: readonly Route[] = [
  read("GET /conversations/messages/export", {
    location: LOCATION_IN_QUERY,
    query: () => EXPORT_QUERY,
    handle: (call) => exportMessages(call),
  }),
  read("GET /conversations/messages/email/:id", {
    location: emailRecord,
    handle: (call) => {
      const found = findEmail(call.world, call.params["id"] ?? "");
      if (found === undefined) throw new Error("the gate let an unknown email through");
      return answer(200, presentEmail(found.message, found.email));
    },
  }),
  read("GET /conversations/messages/:id", {
    location: messageRecord,
    handle: (call) => answer(200, presentMessage(getMessage(call))),
  }),
  read("GET /conversations/:id/messages", {
    location: conversationRecord,
    query: () => ({
      ...toFieldRules("lastMessageId:string type:string"),
      limit: { type: "number", min: 1, max: MAX_LIMIT },
    }),
    handle: (call) => listMessages(call),
  }),
];

/** The newest first; `lastMessageId` names the last one already seen. */
const listMessages = ({ world, params, query, traceId }: ApiCall): Outcome => {
  const types = textOf(query["type"]).split(",").filter(Boolean);
  const all = [...world.messages.values()]
    .filter((message) => message.conversationId === params["id"])
    .toSorted(byDate((message) => message.dateAdded, -1));
  const seen = query["lastMessageId"];
  const start = seen === undefined ? 0 : all.findIndex(({ id }) => id === seen) + 1;
  if (seen !== undefined && start === 0) return refuse(400, "lastMessageId is invalid");
  const rest = all
    .slice(start)
    .filter(({ messageType }) => types.length === 0 || types.includes(messageType));
  const page = rest.slice(0, numberOf(query["limit"], 20));
  return answer(200, {
    messages: {
      lastMessageId: page.at(-1)?.id,
      nextPage: rest.length > page.length,
      messages: page.map(presentMessage),
    },
    traceId: traceId(),
  });
};

const CHANNELS: Readonly<Record<string, MessageType>> = {
  Call: "TYPE_CALL",
  SMS: "TYPE_SMS",
  Email: "TYPE_EMAIL",
  WhatsApp: "TYPE_WHATSAPP",
  Instagram: "TYPE_INSTAGRAM",
  Facebook: "TYPE_FACEBOOK",
};

const exportMessages = (call: ApiCall): Outcome => {
  const { world, query } = call;
  const direction = query["sortOrder"] === "asc" ? 1 : -1;
  const dateOf = (message: Message): string =>
    query["sortBy"] === "updatedAt" ? message.dateUpdated : message.dateAdded;
  const found = [...world.messages.values()]
    .filter((message) => isExported(call, message))
    .toSorted(byDate(dateOf, direction));
  const lastId = Buffer.from(textOf(query["cursor"]), "base64url").toString();
  const start = lastId === "" ? 0 : found.findIndex(({ id }) => id === lastId) + 1;
  if (lastId !== "" && start === 0) return refuse(400, "The cursor is invalid.");
  const page = found.slice(start, start + numberOf(query["limit"], 100));
  const last = page.at(-1);
  const hasMore = start + page.length < found.length;
  return answer(200, {
    messages: page.map(presentMessage),
    nextCursor: hasMore && last !== undefined ? Buffer.from(last.id).toString("base64url") : null,
    total: found.length,
    traceId: call.traceId(),
  });
};

const isExported = ({ query }: ApiCall, message: Message): boolean => {
  const { conversationId, contactId, channel, startDate, endDate } = query;
  const addedAt = Date.parse(message.dateAdded);
  return (
    message.locationId === query["locationId"] &&
    (conversationId === undefined || message.conversationId === conversationId) &&
    (contactId === undefined || message.contactId === contactId) &&
    (channel === undefined || message.messageType === CHANNELS[textOf(channel)]) &&
    (startDate === undefined || addedAt >= toMs(startDate)) &&
    (endDate === undefined || addedAt <= toMs(endDate))
  );
};

/** Milliseconds or an ISO date. */
const toMs = (value: unknown): number =>
  /^\d+$/.test(String(value)) ? Number(value) : Date.parse(String(value));

/** Messages of one instant keep an order by their ids. */
const byDate =
  (dateOf: (message: Message) => string, direction: 1 | -1) =>
  (left: Message, right: Message): number =>
    (dateOf(left).localeCompare(dateOf(right)) || left.id.localeCompare(right.id)) * direction;
