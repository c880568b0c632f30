import { z } from "zod";
import { optional } from "./optional.ts";
import type { UpstreamRecord } from "./record.ts";

const text = (maxLength: number) => z.string().trim().min(1).max(maxLength).optional();

/** The fields of a contact that tools take, by our names. */
export const CONTACT_FIELDS = {
  first_name: text(100),
  last_name: text(100),
  name: text(200).describe("Instead of first and last"),
  email: z
    .string()
    .trim()
    .max(200)
    .refine((value) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value), {
      error: "must be an email address",
    })
    .optional(),
  phone: text(40).describe("With country code: +1…"),
  address: text(300),
  city: text(100),
  state: text(100),
  postal_code: text(30),
  country: z.string().trim().length(2, { error: "must be an ISO code of two letters" }).optional(),
  custom_fields: z.record(z.string(), z.unknown()).optional().describe("Field id or key: value"),
} as const;

/** What came in under {@link CONTACT_FIELDS}. */
export type ContactInput = z.output<z.ZodObject<typeof CONTACT_FIELDS>>;

/**
 * The fields that both the create and the update operation take, by GoHighLevel's names. Tags are not
 * among them on purpose: a list of tags in an update replaces all others. Pure.
 */
export function toContactBody(args: ContactInput): UpstreamRecord {
  return {
    ...optional("firstName", args.first_name),
    ...optional("lastName", args.last_name),
    ...optional("name", args.name),
    ...optional("email", args.email),
    ...optional("phone", args.phone),
    ...optional("address1", args.address),
    ...optional("city", args.city),
    ...optional("state", args.state),
    ...optional("postalCode", args.postal_code),
    ...optional("country", args.country?.toUpperCase()),
    ...optional("customFields", args.custom_fields && toCustomFields(args.custom_fields)),
  };
}

function toCustomFields(fields: Readonly<Record<string, unknown>>): readonly UpstreamRecord[] {
  return Object.entries(fields).map(([field, fieldValue]) => ({
    [/^[A-Za-z0-9]{20,24}$/.test(field) ? "id" : "key"]: field,
    fieldValue,
  }));
}
