import { type Refusal, refuse } from "../gate/outcome.ts";
import type { ApiCall } from "../gate/route.ts";
import type { Contact, DndChannel } from "../world/contacts.ts";
import type { MessageType } from "../world/conversations.ts";
import { textsOf } from "./field-texts.ts";

/** How a channel's messages are recorded, and what stands in their way. */
interface Channel {
  readonly messageType: MessageType;
  readonly dnd?: DndChannel;
  readonly needs?: "phone" | "email";
}

/** The channels of `POST /conversations/messages`, by their names in the body. */
export const SEND_CHANNELS: Readonly<Record<string, Channel>> = {
  SMS: { messageType: "TYPE_SMS", dnd: "sms", needs: "phone" },
  RCS: { messageType: "TYPE_RCS", dnd: "sms", needs: "phone" },
  Email: { messageType: "TYPE_EMAIL", dnd: "email", needs: "email" },
  WhatsApp: { messageType: "TYPE_WHATSAPP", dnd: "whatsApp", needs: "phone" },
  IG: { messageType: "TYPE_INSTAGRAM" },
  FB: { messageType: "TYPE_FACEBOOK", dnd: "fb" },
  Custom: { messageType: "TYPE_CUSTOM_SMS", needs: "phone" },
  Live_Chat: { messageType: "TYPE_LIVE_CHAT" },
  TIKTOK: { messageType: "TYPE_TIKTOK" },
};

/** A message that is asked for. */
export interface SendRequest {
  readonly name: string;
  readonly channel: Channel;
  readonly contact: Contact;
  /** The text, from the body or from its template. */
  readonly text: string;
  readonly body: ApiCall["body"];
  readonly now: string;
}

type Check = (request: SendRequest) => Refusal | undefined;

/** What can be wrong with a message, in the order in which it is looked at. */
const CHECKS: readonly Check[] = [
  ({ contact, channel, name }) =>
    isBlocked(contact, channel.dnd)
      ? refuse(400, `Cannot send message as DND is active for ${name}.`)
      : undefined,
  ({ contact, channel, body }) =>
    channel.needs === undefined ||
    contact[channel.needs] !== undefined ||
    (channel.needs === "email" ? body["emailTo"] : body["toNumber"]) !== undefined
      ? undefined
      : refuse(400, `Missing ${channel.needs === "email" ? "email address" : "phone number"}`),
  ({ text, body }) =>
    text === "" && textsOf(body["attachments"]).length === 0
      ? refuse(400, "There is no message or attachments for this message. Skip sending.")
      : undefined,
  ({ name, body }) =>
    name === "Custom" && body["conversationProviderId"] === undefined
      ? refuse(400, "conversationProviderId is required for a message of type Custom")
      : undefined,
  ({ body, now }) =>
    typeof body["scheduledTimestamp"] === "number" &&
    body["scheduledTimestamp"] * 1000 <= Date.parse(now)
      ? refuse(400, "scheduledTimestamp must be in the future, in seconds")
      : undefined,
];

/** The first thing that is wrong with a message; undefined: it may go out. */
export const checkSend = (request: SendRequest): Refusal | undefined => {
  for (const check of CHECKS) {
    const refusal = check(request);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
};

/** `dnd` alone closes every channel; else the setting of the channel counts. */
const isBlocked = ({ dnd, dndSettings }: Contact, channel: DndChannel | undefined): boolean => {
  const status = channel === undefined ? undefined : dndSettings[channel]?.status;
  if (dnd && Object.keys(dndSettings).length === 0) return true;
  return status === "active" || status === "permanent";
};
