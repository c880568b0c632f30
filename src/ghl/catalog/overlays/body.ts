import type { Body, Field, Placement } from "../operation.ts";

/** A correction to the body that the specs give. Sources: gohighlevel.md §0, §2 and §4.10. */
interface BodyPatch {
  readonly reason: string;
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
  "contacts.search-contacts-advanced": {
    reason: "the spec's body is empty; without pageLimit the answer is 422",
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
  "opportunities.search-opportunities-advanced": {
    reason: "the spec requires every field, both paging styles at once, and leaves filters out",
    fields: { filters, searchAfter: anyList },
    optional: ["query", "limit", "page", "additionalDetails"],
  },
  "objects.search-object-records": {
    reason: "live calls need location, page and size alone; filters are left out of the spec",
    fields: { filters, searchAfter: anyList },
    optional: ["query"],
  },
  "objects.create-object-record": {
    reason: "the spec's body is empty",
    fields: {
      locationId: { type: "string", required: true },
      properties: { type: "object", required: true },
    },
    location: ["body:locationId"],
  },
  "objects.update-object-record": {
    reason: "the spec's body is empty; the location is in the query",
    fields: { properties: { type: "object", required: true } },
  },
  "calendars.create-block-slot": {
    reason: "a slot is blocked on a calendar or for a user, one of the two",
    optional: ["calendarId"],
  },
  "calendars.edit-block-slot": {
    reason: "a slot is blocked on a calendar or for a user, one of the two",
    optional: ["calendarId"],
  },
  "custom-fields.create-custom-field": {
    reason: "a field need not lie in a folder, and nobody documents the id of one",
    optional: ["parentId"],
  },
  "invoices.record-invoice": {
    reason: "the spec requires a card and a cheque at once, whatever the mode of payment",
    optional: ["card", "cheque"],
  },
  "opportunities.Upsert-opportunity": {
    reason: "the spec forgets whose deal it is, without which none can be created",
    fields: { contactId: text },
  },
  "conversations.upload-file-attachments": {
    reason: "the description names the field of the file, the schema does not; the URLs come back",
    fields: { fileAttachment: { type: "array", items: { type: "string", binary: true } } },
    optional: ["attachmentUrls"],
  },
  "conversations.send-a-new-message": {
    reason: "an ordinary message has neither",
    optional: ["subType", "status"],
  },
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
 * The corrections, for the test that holds them against the specs.
 *
 * @internal
 */
export const bodyPatches: Readonly<Record<string, BodyPatch>> = BODY_PATCHES;
