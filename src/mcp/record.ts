import { isRecord } from "../core/json.ts";

export { isRecord };

/** A record of GoHighLevel as it came: nothing about it is certain. */
export type UpstreamRecord = Readonly<Record<string, unknown>>;

/** The objects of a list; an empty list when it is none. */
export function toRecords(value: unknown): readonly UpstreamRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** A text that is not empty, or undefined. */
export function toText(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}

/** A count, or undefined. */
export function toCount(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) ? value : undefined;
}

/** A time without its milliseconds; other text stays as it is. */
export function toTime(value: unknown): string | undefined {
  const text = toText(value);
  return text?.endsWith("Z") === true ? text.replace(/\.\d+Z$/, "Z") : text;
}

/** A contact as lists show it: what a person would want to see first, twenty in 2,000 tokens. */
export function toContactSummary(contact: UpstreamRecord): Readonly<Record<string, unknown>> {
  const names = [contact["firstName"], contact["lastName"]]
    .map(toText)
    .filter((name) => name !== undefined);
  return {
    id: contact["id"],
    name: toText(contact["contactName"]) ?? toText(contact["name"]) ?? names.join(" "),
    email: contact["email"],
    phone: contact["phone"],
    company: contact["companyName"],
    tags: contact["tags"],
    assigned_to: contact["assignedTo"],
    do_not_disturb: contact["dnd"] === true ? true : undefined,
    added: toTime(contact["dateAdded"]),
  };
}
