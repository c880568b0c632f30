import { z } from "zod";
import { type Result, fail, ok } from "../../core/result.ts";
import { afterConfirmation } from "../confirm.ts";
import type { ToolFailure } from "../failure.ts";
import { nameRecord } from "../operations/name-record.ts";
import { describePlace } from "../operations/where.ts";
import { type UpstreamRecord, isRecord, toText } from "../record.ts";
import { clip } from "../text.ts";
import { type LocationContext, type ToolOutput, defineTool } from "../tool.ts";

/** Our names of channels, GoHighLevel's word for each, and where its address stands in a contact. */
const CHANNELS = {
  sms: { type: "SMS", address: "phone" },
  email: { type: "Email", address: "email" },
  whatsapp: { type: "WhatsApp", address: "phone" },
  rcs: { type: "RCS", address: "phone" },
  instagram: { type: "IG", address: undefined },
  facebook: { type: "FB", address: undefined },
  tiktok: { type: "TIKTOK", address: undefined },
  live_chat: { type: "Live_Chat", address: undefined },
} as const;

// `Object.keys` forgets the type of the keys; the table above has no others.
const CHANNEL_NAMES = Object.keys(CHANNELS) as (keyof typeof CHANNELS)[];

// A check of our own rather than a pattern: patterns cost tokens in every tools/list.
const webAddress = z
  .string()
  .max(2000)
  .refine((value) => /^https:\/\/[^\s]+$/u.test(value), { error: "must be an https URL" });

const input = z.strictObject({
  channel: z.enum(CHANNEL_NAMES),
  contact_id: z.string().min(1).max(64),
  message: z.string().min(1).max(20_000).optional(),
  subject: z.string().min(1).max(500).optional().describe("Email"),
  html: z.string().min(1).max(200_000).optional().describe("Email, instead of message"),
  attachments: z.array(webAddress).min(1).max(10).optional().describe("https URLs"),
  schedule: z
    .string()
    .max(40)
    .refine(
      (value) => /T.*(?:Z|[+-]\d{2}:\d{2})$/u.test(value) && !Number.isNaN(Date.parse(value)),
      { error: "must be an ISO 8601 time with its offset, such as 2026-01-31T09:00:00+01:00" },
    )
    .optional()
    .describe("ISO 8601 with offset"),
  from: z.string().max(200).optional().describe("Own number or address"),
  confirm: z.string().max(64).optional().describe("Code from the preview"),
});

type Message = z.output<typeof input>;

/** Sends one message to one contact, after the person has seen it. */
export const sendMessage = defineTool({
  name: "send_message",
  title: "Send message",
  description: "Send a message to a contact. First shows a preview for the person to confirm.",
  access: "critical",
  area: "conversations",
  sets: ["core", "crm"],
  target: "location",
  annotations: {
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: false,
    openWorldHint: true,
  },
  input,
  run: async ({ confirm, ...message }, context) => {
    const problem = findProblem(message, context);
    if (problem !== undefined) return fail(problem);
    const { location } = context;
    return afterConfirmation(
      {
        tool: "send_message",
        subject: { location, message },
        code: confirm,
        preview: () => preview(message, context),
        act: async () => {
          const answer = await context.call("conversations.send-a-new-message", {
            body: toBody(message),
          });
          return answer.ok ? ok(toOutcome(message, answer.value)) : answer;
        },
      },
      context,
    );
  },
});

/** What no schema says in few words. Pure but for the time. */
function findProblem(
  message: Omit<Message, "confirm">,
  { clock }: LocationContext,
): ToolFailure | undefined {
  const { channel, schedule } = message;
  const problem = channel === "email" ? findEmailProblem(message) : findTextProblem(message);
  if (problem !== undefined) return problem;
  return schedule !== undefined && Date.parse(schedule) <= clock.nowMs()
    ? wrong("schedule", "must be in the future")
    : undefined;
}

function findEmailProblem({ subject, html, message }: Message): ToolFailure | undefined {
  if (subject === undefined) return wrong("subject", "is required for email");
  if (html === undefined && message === undefined) return wrong("message", "or html is required");
  return html !== undefined && message !== undefined
    ? wrong("html", "must not be given together with message")
    : undefined;
}

function findTextProblem({
  subject,
  html,
  message,
  attachments,
}: Message): ToolFailure | undefined {
  if (subject !== undefined) return wrong("subject", "is for email only");
  if (html !== undefined) return wrong("html", "is for email only");
  return message === undefined && attachments === undefined
    ? wrong("message", "is required")
    : undefined;
}

function wrong(argument: string, problem: string): ToolFailure {
  return { kind: "invalid_arguments", problems: [{ argument, problem }] };
}

/** The body of `POST /conversations/messages` (gohighlevel.md §6); the time is in seconds. */
function toBody(message: Omit<Message, "confirm">): UpstreamRecord {
  const { channel, contact_id: contactId, schedule, from } = message;
  const isEmail = channel === "email";
  return {
    type: CHANNELS[channel].type,
    contactId,
    ...optional("message", message.message),
    ...optional("subject", message.subject),
    ...optional("html", message.html),
    ...optional("attachments", message.attachments),
    ...optional(
      "scheduledTimestamp",
      schedule === undefined ? undefined : Math.floor(Date.parse(schedule) / 1000),
    ),
    ...optional(isEmail ? "emailFrom" : "fromNumber", from),
  };
}

async function preview(
  message: Omit<Message, "confirm">,
  context: LocationContext,
): Promise<Result<ToolOutput, ToolFailure>> {
  const { channel, contact_id: contactId } = message;
  const answer = await context.call("contacts.get-contact", { parameters: { contactId } });
  if (!answer.ok) return answer;
  const contact = isRecord(answer.value) ? answer.value["contact"] : undefined;
  if (!isRecord(contact)) return fail({ kind: "malformed_answer", status: 200 });
  const { type, address: field } = CHANNELS[channel];
  const address = field === undefined ? undefined : toText(contact[field]);
  if (field !== undefined && address === undefined) {
    return fail(wrong("channel", `cannot reach this contact: it has no ${field}`));
  }
  return ok({
    action: message.schedule === undefined ? `send ${type}` : `send ${type} at ${message.schedule}`,
    ...(await describePlace(context.location, context)),
    to: `${nameRecord({ contact }) ?? "contact"} (${contactId})`,
    address,
    count: 1,
    warning: isBlocked(contact, type)
      ? `this contact does not want ${type} (do not disturb)`
      : undefined,
    from: message.from,
    subject: message.subject,
    message: message.message,
    html: message.html === undefined ? undefined : clip(message.html, 1500),
    attachments: message.attachments,
  });
}

/** Whether the contact has switched off everything, or this channel, which is spelt in several ways. */
function isBlocked(contact: UpstreamRecord, type: string): boolean {
  const settings = isRecord(contact["dndSettings"]) ? Object.entries(contact["dndSettings"]) : [];
  return (
    contact["dnd"] === true ||
    settings.some(
      ([channel, setting]) =>
        channel.toLowerCase() === type.toLowerCase() &&
        isRecord(setting) &&
        (setting["status"] === "active" || setting["status"] === "permanent"),
    )
  );
}

function toOutcome(message: Omit<Message, "confirm">, answer: unknown): ToolOutput {
  const sent = isRecord(answer) ? answer : {};
  return {
    status: message.schedule === undefined ? "sent" : "scheduled",
    message_id: sent["messageId"] ?? sent["emailMessageId"],
    conversation_id: sent["conversationId"],
    contact_id: message.contact_id,
    schedule: message.schedule,
  };
}

function optional(name: string, value: unknown): UpstreamRecord {
  return value === undefined ? {} : { [name]: value };
}
