import { toFullName } from "./present-contact.ts";
import type { Contact } from "../world/contacts.ts";

/** Whether a contact matches the free text of a search: every word, or the digits of its phone. */
export const matchesWords = (contact: Contact, query: string): boolean => {
  const text = [
    toFullName(contact),
    contact.email,
    contact.phone,
    contact.companyName,
    ...contact.tags,
  ]
    .filter((part) => part !== undefined)
    .join(" ")
    .toLowerCase();
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  return words.every((word) => text.includes(word)) || matchesPhone(contact, query);
};

const matchesPhone = (contact: Contact, query: string): boolean => {
  const digits = query.replaceAll(/\D/g, "");
  // Shorter runs of digits would find every second contact.
  const isPhoneLike = digits.length >= 4 && /^[\d\s()+.-]+$/.test(query);
  return isPhoneLike && (contact.phone?.includes(digits) ?? false);
};
