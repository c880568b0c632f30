import type { Clock } from "../core/clock.ts";
import { openConversation } from "./api/conversation-records.ts";
import type { SandboxRandom } from "./random.ts";
import type { InboundMessage, SandboxControl } from "./sandbox.ts";
import type { Message, MessageType } from "./world/conversations.ts";
import { toRecordId } from "./world/ids.ts";
import { recordMessage } from "./world/record-message.ts";
import type { World } from "./world/world.ts";

const TYPES: Readonly<Record<NonNullable<InboundMessage["channel"]>, MessageType>> = {
  SMS: "TYPE_SMS",
  Email: "TYPE_EMAIL",
  WhatsApp: "TYPE_WHATSAPP",
  FB: "TYPE_FACEBOOK",
  IG: "TYPE_INSTAGRAM",
};

/** Creates the lever that makes a contact write. */
export const createInboundLever =
  (deps: {
    readonly world: World;
    readonly clock: Clock;
    readonly random: SandboxRandom;
  }): SandboxControl["receiveMessage"] =>
  (sent) => {
    const { world, clock, random } = deps;
    const contact = world.contacts.get(sent.contactId);
    if (contact === undefined) throw new Error(`there is no contact "${sent.contactId}"`);
    const now = new Date(clock.nowMs()).toISOString();
    const newId = (): string => toRecordId(random.bytes(20));
    const conversation = openConversation({ world, now, newId }, contact.id);
    const location = world.locations.find(({ id }) => id === contact.locationId);
    const messageType = TYPES[sent.channel ?? "SMS"];
    const message: Message = {
      id: newId(),
      conversationId: conversation.id,
      contactId: contact.id,
      locationId: contact.locationId,
      messageType,
      direction: "inbound",
      status: "delivered",
      body: sent.text,
      attachments: [],
      source: "app",
      ...(messageType === "TYPE_EMAIL"
        ? {
            email: {
              id: newId(),
              threadId: newId(),
              subject: sent.subject ?? "No Subject",
              html: sent.text,
              from: contact.email ?? "",
              to: [location?.email ?? ""],
              cc: [],
              bcc: [],
            },
          }
        : {}),
      dateAdded: now,
      dateUpdated: now,
    };
    recordMessage(world, message);
    return { conversationId: conversation.id, messageId: message.id };
  };
