/** The numbers that GoHighLevel gives the kinds of messages. */
export const MESSAGE_TYPES = {
  TYPE_CALL: 1,
  TYPE_SMS: 2,
  TYPE_EMAIL: 3,
  TYPE_WEBCHAT: 5,
  TYPE_FACEBOOK: 11,
  TYPE_GMB: 15,
  TYPE_INSTAGRAM: 18,
  TYPE_WHATSAPP: 19,
  TYPE_CUSTOM_SMS: 20,
  TYPE_LIVE_CHAT: 29,
  TYPE_RCS: 38,
  TYPE_TIKTOK: 39,
} as const;

/** The kind of a message, as lists and filters name it. */
export type MessageType = keyof typeof MESSAGE_TYPES;

/** The states of a message on its way. */
export type MessageStatus =
  | "pending"
  | "scheduled"
  | "sent"
  | "delivered"
  | "read"
  | "failed"
  | "undelivered"
  | "opened"
  | "clicked"
  | "connected";

/** The part of an email that is not in lists of messages: `GET …/messages/email/{id}` has it. */
export interface EmailPart {
  /** The id of the email; the message around it has one of its own. */
  readonly id: string;
  readonly threadId: string;
  readonly subject: string;
  readonly html: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  readonly replyToMessageId?: string;
}

/** What is known about a call. */
export interface CallPart {
  readonly status: string;
  readonly durationSeconds: number;
  readonly from?: string;
  readonly to?: string;
  /** What was said, a sentence each; absent: not recorded. */
  readonly transcript?: readonly string[];
}

/** A message of a conversation. Dates are ISO 8601 in UTC, with milliseconds. */
export interface Message {
  readonly id: string;
  readonly conversationId: string;
  readonly contactId: string;
  readonly locationId: string;
  readonly messageType: MessageType;
  readonly direction: "inbound" | "outbound";
  readonly status: MessageStatus;
  readonly body: string;
  readonly attachments: readonly string[];
  readonly source: "workflow" | "bulk_actions" | "campaign" | "api" | "app";
  readonly userId?: string;
  readonly conversationProviderId?: string;
  /** The id that a provider gave it. */
  readonly altId?: string;
  readonly email?: EmailPart;
  readonly call?: CallPart;
  /** When a message that waits is to go out. */
  readonly scheduledFor?: string;
  readonly dateAdded: string;
  readonly dateUpdated: string;
}

/** All that was said to and by one contact. */
export interface Conversation {
  readonly id: string;
  readonly locationId: string;
  readonly contactId: string;
  readonly assignedTo?: string;
  readonly type: "TYPE_PHONE" | "TYPE_EMAIL" | "TYPE_FB_MESSENGER";
  readonly unreadCount: number;
  readonly starred: boolean;
  readonly inbox: boolean;
  readonly followers: readonly string[];
  readonly dateAdded: string;
  readonly dateUpdated: string;
  /** Absent: nothing was said yet. */
  readonly last?: {
    readonly messageId: string;
    readonly date: string;
    readonly body: string;
    readonly messageType: MessageType;
    readonly direction: Message["direction"];
    readonly action: "manual" | "automated";
  };
  /** When a person, not a workflow, last wrote; either side. */
  readonly lastManualMessageDate?: string;
}

/** The conversations of every location. */
export interface ConversationState {
  readonly conversations: Map<string, Conversation>;
  /** In the order in which they were recorded, by message id. */
  readonly messages: Map<string, Message>;
}
