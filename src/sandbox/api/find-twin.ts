import type { Contact } from "../world/contacts.ts";

/** A contact that already has the email address or the phone number of another. */
export interface Twin {
  readonly contact: Contact;
  readonly matchingField: "email" | "phone";
}

/** Looks for a twin among contacts: by email address first, then by phone number. */
export const findTwin = (
  contacts: readonly Contact[],
  wanted: Pick<Contact, "email" | "phone">,
): Twin | undefined => {
  for (const matchingField of ["email", "phone"] as const) {
    const value = wanted[matchingField];
    const contact = contacts.find((other) => value !== undefined && other[matchingField] === value);
    if (contact !== undefined) return { contact, matchingField };
  }
  return undefined;
};
