import { toFieldRules } from "../gate/field-rules.ts";
import { type Fields, numberOf, textOf } from "../gate/fields.ts";
import { answer, type Outcome, refuse } from "../gate/outcome.ts";
import { type ApiCall, createRouteFamily, LOCATION_IN_QUERY, type Route } from "../gate/route.ts";
import type { Conversation } from "../world/conversations.ts";
import { matchesWords } from "./find-by-words.ts";
import { lastMessageMs, presentFoundConversation } from "./present-conversation.ts";

const { read } = createRouteFamily({
  read: "conversations.readonly",
  write: "conversations.write",
});

const MAX_LIMIT = 100;

const QUERY: Fields = {
  ...toFieldRules(
    `locationId:string! contactId:string assignedTo:string followers:string mentions:string
     query:string sort:string{asc|desc} startAfterDate:any id:string lastMessageType:string
     lastMessageAction:string{automated|manual} lastMessageDirection:string{inbound|outbound}
     status:string{all|read|unread|starred|recents}
     sortBy:string{last_manual_message_date|last_message_date|score_profile|overdue_at|due_at}
     sortScoreProfile:string scoreProfile:string scoreProfileMin:number scoreProfileMax:number
     startDate:number endDate:number`,
  ),
  limit: { type: "number", min: 1, max: MAX_LIMIT },
};

/** `GET /conversations/search`: the newest first, paged by the sort key of the last one seen. */
export const searchConversationsRoute: Route = read("GET /conversations/search", {
  location: LOCATION_IN_QUERY,
  query: () => QUERY,
  handle: (call) => searchConversations(call),
});

const searchConversations = (call: ApiCall): Outcome => {
  const { world, query } = call;
  const after = readCursor(query["startAfterDate"]);
  if (Number.isNaN(after)) return refuse(422, ["startAfterDate must be a number"]);
  const direction = query["sort"] === "asc" ? 1 : -1;
  const found = [...world.conversations.values()]
    .filter((conversation) => matches(call, conversation))
    .map((conversation) => ({ conversation, key: toSortKey(conversation, query["sortBy"]) }))
    .toSorted((left, right) => (left.key - right.key) * direction);
  const rest =
    after === undefined ? found : found.filter(({ key }) => (key - after) * direction > 0);
  return answer(200, {
    conversations: rest
      .slice(0, numberOf(query["limit"], 20))
      .map(({ conversation, key }) => presentFoundConversation(conversation, world, [key])),
    total: found.length,
    traceId: call.traceId(),
  });
};

/** A number of milliseconds, or the `sort` list of a conversation. NaN: neither. */
const readCursor = (value: unknown): number | undefined => {
  const [first = ""] = textOf(value)
    .replaceAll(/[[\]\s]/g, "")
    .split(",");
  return first === "" ? undefined : Number(first);
};

const toSortKey = (conversation: Conversation, sortBy: unknown): number =>
  sortBy === "last_manual_message_date" && conversation.lastManualMessageDate !== undefined
    ? Date.parse(conversation.lastManualMessageDate)
    : lastMessageMs(conversation);

type Test = (call: ApiCall, conversation: Conversation) => boolean;

const isGiven = (value: unknown): value is string => typeof value === "string" && value !== "";

/** One test for each filter; a filter that is not given lets everything through. */
const TESTS: readonly Test[] = [
  ({ query }, { locationId }) => locationId === query["locationId"],
  ({ query }, { contactId }) => !isGiven(query["contactId"]) || contactId === query["contactId"],
  ({ query }, { id }) => !isGiven(query["id"]) || id === query["id"],
  ({ query }, { assignedTo }) =>
    !isGiven(query["assignedTo"]) ||
    query["assignedTo"].split(",").includes(assignedTo ?? "unassigned"),
  ({ query }, { followers }) =>
    !isGiven(query["followers"]) ||
    query["followers"].split(",").some((id) => followers.includes(id)),
  // Nobody is mentioned in the sandbox.
  ({ query }) => !isGiven(query["mentions"]),
  ({ query }, conversation) => hasStatus(conversation, query["status"]),
  ({ query }, { last }) =>
    !isGiven(query["lastMessageType"]) ||
    query["lastMessageType"].split(",").includes(last?.messageType ?? ""),
  ({ query }, { last }) =>
    query["lastMessageDirection"] === undefined ||
    last?.direction === query["lastMessageDirection"],
  ({ query }, { last }) =>
    query["lastMessageAction"] === undefined || last?.action === query["lastMessageAction"],
  ({ query }, conversation) =>
    lastMessageMs(conversation) >= numberOf(query["startDate"], 0) &&
    lastMessageMs(conversation) <= numberOf(query["endDate"], Number.MAX_SAFE_INTEGER),
  (call, conversation) => matchesText(call, conversation),
];

const matches: Test = (call, conversation) => TESTS.every((test) => test(call, conversation));

const hasStatus = ({ unreadCount, starred }: Conversation, status: unknown): boolean => {
  if (status === "unread") return unreadCount > 0;
  if (status === "read") return unreadCount === 0;
  return status !== "starred" || starred;
};

/** The words are looked for in the contact, and in what was said last. */
const matchesText: Test = ({ world, query }, { contactId, last }) => {
  const words = textOf(query["query"]).trim();
  const contact = world.contacts.get(contactId);
  return (
    words === "" ||
    (contact !== undefined && matchesWords(contact, words)) ||
    (last?.body.toLowerCase().includes(words.toLowerCase()) ?? false)
  );
};
