import { z } from "zod";
import type { StoreEvent } from "../core/events.ts";

/** What goes over the wire of a store. */
export type EventMessage =
  | { readonly from: string; readonly event: StoreEvent }
  /** The sender could not send everything. */
  | { readonly from: string; readonly missed: true }
  /** The sender tries whether it hears itself. */
  | { readonly from: string; readonly pulse: number };

/** PostgreSQL takes less than 8,000 bytes; no event comes near. */
const MAX_MESSAGE_BYTES = 4_096;

const id = z.string().min(1).max(512);

const storeEvent = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("grant_revoked"), grantId: id }),
  z.object({ kind: z.literal("token_revoked"), tokenHash: id }),
  z.object({ kind: z.literal("connection_changed"), connectionId: id }),
  z.object({ kind: z.literal("lists_changed"), connectionId: id }),
  z.object({
    kind: z.literal("resource_changed"),
    connectionId: id,
    locationId: id,
    resource: id,
  }),
  z.object({ kind: z.literal("call_cancelled"), callHash: id }),
]) satisfies z.ZodType<StoreEvent>;

const message = z.union([
  z.object({ from: id, event: storeEvent }),
  z.object({ from: id, missed: z.literal(true) }),
  z.object({ from: id, pulse: z.number().int() }),
]) satisfies z.ZodType<EventMessage>;

/** A message as text; undefined for one that is too large for the wire, or that nobody would take. */
export const toMessageText = (value: EventMessage): string | undefined => {
  const text = JSON.stringify(value);
  const fits = Buffer.byteLength(text) <= MAX_MESSAGE_BYTES && message.safeParse(value).success;
  return fits ? text : undefined;
};

/** The message of a text; undefined for what this version does not know, such as a newer kind. */
export const fromMessageText = (text: string): EventMessage | undefined => {
  if (text.length > MAX_MESSAGE_BYTES) return undefined;
  try {
    return message.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};
