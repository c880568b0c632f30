import { type Result, fail, ok } from "../core/result.ts";
import type { LocationContext } from "./context.ts";
import { namesOfCustomFields } from "./custom-field-names.ts";
import { toErrorText } from "./errors.ts";
import type { ToolFailure } from "./failure.ts";
import { type UpstreamRecord, isRecord, toContactSummary, toRecords, toTime } from "./record.ts";
import type { ToolOutput } from "./tool.ts";

/** What belongs to a contact and is read apart from it. */
export const CONTACT_PARTS = ["notes", "tasks", "appointments"] as const;

/** One of {@link CONTACT_PARTS}. */
export type ContactPart = (typeof CONTACT_PARTS)[number];

/**
 * A contact in full, with its custom fields by name and the parts that were asked for. A part that
 * cannot be read is told in its place, as `<part>_problem`; the rest is still good.
 */
export async function readContact(
  contactId: string,
  parts: readonly ContactPart[],
  context: LocationContext,
): Promise<Result<ToolOutput & { readonly contact: UpstreamRecord }, ToolFailure>> {
  const answer = await context.call("contacts.get-contact", { parameters: { contactId } });
  if (!answer.ok) return answer;
  const contact = isRecord(answer.value) ? answer.value["contact"] : undefined;
  if (!isRecord(contact)) return fail({ kind: "malformed_answer", status: 200 });
  const values = toFilledFields(contact);
  if (values.length === 0 && parts.length === 0) return ok({ contact: toDetail(contact) });
  const [fields, ...rest] = await Promise.all([
    readCustomFields(values, context),
    ...[...new Set(parts)].map((part) => READERS[part](contactId, context)),
  ]);
  return ok({
    ...Object.fromEntries(rest.flatMap((part) => Object.entries(part))),
    contact: { ...toDetail(contact), ...fields },
  });
}

function toDetail(contact: UpstreamRecord): UpstreamRecord {
  const { address1, city, state, postalCode, country, dndSettings } = contact;
  return {
    ...toContactSummary(contact),
    source: contact["source"],
    updated: toTime(contact["dateUpdated"]),
    address: { street: address1, city, state, postal_code: postalCode, country },
    website: contact["website"],
    birthday: contact["dateOfBirth"],
    type: contact["type"],
    timezone: contact["timezone"],
    do_not_disturb_channels: isRecord(dndSettings) ? activeChannels(dndSettings) : undefined,
    followers: contact["followers"],
  };
}

function activeChannels(settings: UpstreamRecord): readonly string[] {
  return Object.entries(settings).flatMap(([channel, setting]) =>
    isRecord(setting) && setting["status"] !== "inactive" ? [channel] : [],
  );
}

function toFilledFields(contact: UpstreamRecord): readonly UpstreamRecord[] {
  return toRecords(contact["customFields"]).filter(({ value }) => value !== null && value !== "");
}

/** Values come back under ids only; people know the names. */
async function readCustomFields(
  values: readonly UpstreamRecord[],
  context: LocationContext,
): Promise<ToolOutput> {
  if (values.length === 0) return {};
  const names = await namesOfCustomFields(context);
  return {
    custom_fields: values.map(({ id, value }) => ({
      id,
      name: names.get(String(id)),
      value,
    })),
  };
}

type Reader = (contactId: string, context: LocationContext) => Promise<ToolOutput>;

/** Reads a list that belongs to a contact; a failure is told in its place, the rest is still good. */
const readList =
  (
    name: ContactPart,
    list: { readonly operation: string; readonly field: string },
    project: (record: UpstreamRecord) => UpstreamRecord,
  ): Reader =>
  async (contactId, context) => {
    const answer = await context.call(list.operation, { parameters: { contactId } });
    if (!answer.ok) return { [`${name}_problem`]: toErrorText(answer.failure, context.errorText) };
    const records = isRecord(answer.value) ? toRecords(answer.value[list.field]) : [];
    return { [name]: records.slice(0, MAX_PART).map(project) };
  };

const MAX_PART = 50;

const READERS: Readonly<Record<ContactPart, Reader>> = {
  notes: readList("notes", { operation: "contacts.get-all-notes", field: "notes" }, (note) => ({
    id: note["id"],
    body: note["body"],
    user: note["userId"],
    added: toTime(note["dateAdded"]),
  })),
  tasks: readList("tasks", { operation: "contacts.get-all-tasks", field: "tasks" }, (task) => ({
    id: task["id"],
    title: task["title"],
    body: task["body"],
    due: toTime(task["dueDate"]),
    completed: task["completed"],
    assigned_to: task["assignedTo"],
  })),
  appointments: readList(
    "appointments",
    { operation: "contacts.get-appointments-for-contact", field: "events" },
    (event) => ({
      id: event["id"],
      title: event["title"],
      calendar_id: event["calendarId"],
      start: event["startTime"],
      end: event["endTime"],
      status: event["appointmentStatus"] ?? event["appoinmentStatus"],
      assigned_to: event["assignedUserId"],
    }),
  ),
};
