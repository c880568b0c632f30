import type { Body, Field, Placement } from "../operation.ts";

/** A correction to the body that the specs give. Sources: gohighlevel.md §0, §2 and §4.10. */
interface BodyPatch {
  /** Fields to add, or to replace. */
  readonly fields?: Readonly<Record<string, Field>>;
  /** Fields that the spec requires and live calls do without. */
  readonly optional?: readonly string[];
  /** Where the added fields take the location. */
  readonly location?: readonly Placement[];
}

const text: Field = { type: "string" };
const integer: Field = { type: "integer" };
const anyList: Field = { type: "array", items: { type: "any" } };

/** Either a condition, or a group of conditions under AND or OR. */
const filters: Field = {
  type: "array",
  items: {
    type: "object",
    fields: {
      field: text,
      operator: {
        type: "string",
        enum: [
          "eq",
          "not_eq",
          "contains",
          "not_contains",
          "exists",
          "not_exists",
          "range",
          "gt",
          "gte",
          "lt",
          "lte",
        ],
      },
      value: { type: "any" },
      group: { type: "string", enum: ["AND", "OR"] },
      filters: { type: "array", items: { type: "object" } },
    },
  },
};

const sort: Field = {
  type: "array",
  items: {
    type: "object",
    fields: { field: text, direction: { type: "string", enum: ["asc", "desc"] } },
  },
};

const BODY_PATCHES: Readonly<Record<string, BodyPatch>> = {
  // The spec's body is empty. Without pageLimit the answer is 422.
  "contacts.search-contacts-advanced": {
    fields: {
      locationId: { type: "string", required: true },
      pageLimit: { type: "integer", required: true },
      page: integer,
      searchAfter: anyList,
      query: text,
      filters,
      sort,
    },
    location: ["body:locationId"],
  },
  // The spec requires every field, both paging styles at once, and leaves filters out.
  "opportunities.search-opportunities-advanced": {
    fields: { filters, searchAfter: anyList },
    optional: ["query", "limit", "page", "additionalDetails"],
  },
  "objects.search-object-records": {
    fields: { filters, searchAfter: anyList },
    optional: ["query"],
  },
  // The spec's bodies are empty. An update takes the location in the query.
  "objects.create-object-record": {
    fields: {
      locationId: { type: "string", required: true },
      properties: { type: "object", required: true },
    },
    location: ["body:locationId"],
  },
  "objects.update-object-record": { fields: { properties: { type: "object", required: true } } },
  // The description names the field of the file, which the schema leaves out; the URLs come back.
  "conversations.upload-file-attachments": {
    fields: { fileAttachment: { type: "array", items: { type: "string", binary: true } } },
    optional: ["attachmentUrls"],
  },
  // A slot is blocked on a calendar or for a user, one of the two; the spec requires the calendar.
  "calendars.create-block-slot": { optional: ["calendarId"] },
  "calendars.edit-block-slot": { optional: ["calendarId"] },
  // A field need not lie in a folder; the spec requires one, and nobody documents it.
  "custom-fields.create-custom-field": { optional: ["parentId"] },
  // The spec requires a card and a cheque at once, whatever the mode.
  "invoices.record-invoice": { optional: ["card", "cheque"] },
  // The spec forgets whose deal it is, without which none can be created.
  "opportunities.Upsert-opportunity": { fields: { contactId: text } },
  // An ordinary message has neither.
  "conversations.send-a-new-message": { optional: ["subType", "status"] },
};

/** The body of an operation with its corrections, if it has any. */
export const patchBody = (id: string, body: Body | undefined): Body | undefined => {
  const patch = BODY_PATCHES[id];
  if (patch === undefined || body === undefined) return body;
  const fields = { ...body.fields, ...patch.fields };
  for (const name of patch.optional ?? []) {
    const field = fields[name];
    if (field === undefined)
      throw new Error(`"${id}" has no body field "${name}" to make optional`);
    const { required: _required, ...rest } = field;
    fields[name] = rest;
  }
  return { ...body, fields };
};

/** Where a corrected body takes the location; empty for bodies that the specs describe. */
export const patchedPlacements = (id: string): readonly Placement[] =>
  BODY_PATCHES[id]?.location ?? [];

/**
 * The operations that have a correction, for the test that each of them exists.
 *
 * @internal
 */
export const patchedOperations: readonly string[] = Object.keys(BODY_PATCHES);
