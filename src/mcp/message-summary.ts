import { type UpstreamRecord, isRecord, toText, toTime } from "./record.ts";

/** The most characters of one message; the whole text is one operation away. */
const MAX_BODY = 1_000;

/** A message as lists show it. Emails come without their body: get-email-by-id has it. Pure. */
export function toMessageSummary(message: UpstreamRecord): UpstreamRecord {
  const body = toText(message["body"]);
  const isLong = body !== undefined && body.length > MAX_BODY;
  const { meta } = message;
  const email = isRecord(meta) && isRecord(meta["email"]) ? meta["email"]["messageIds"] : undefined;
  return {
    id: message["id"],
    direction: message["direction"],
    channel: toChannel(message["messageType"]),
    at: toTime(message["dateAdded"]),
    body: isLong ? `${body.slice(0, MAX_BODY)}…` : body,
    ...(isLong ? { body_cut: true } : {}),
    attachments: message["attachments"],
    status: message["status"],
    user: message["userId"],
    email_ids: email,
  };
}

/** `TYPE_SMS` as `sms`; other values stay as they are. */
function toChannel(type: unknown): unknown {
  return typeof type === "string" ? type.replace(/^TYPE_/, "").toLowerCase() : type;
}
