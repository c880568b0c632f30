import type { AreaId } from "../../core/access.ts";
import type { Connection } from "../../core/connection.ts";
import { isRecord, toRecords, type UpstreamRecord } from "../record.ts";

/** What reading a resource asks GoHighLevel. */
export interface ResourceCall {
  readonly operation: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** One kind of a location's furniture: what changes seldom and is needed to understand the rest. */
export interface ResourceKind {
  /** The last segment of its address. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** The area that a grant must cover. */
  readonly area: AreaId;
  /** Operations that change it start with one of these. */
  readonly changedBy: readonly string[];
  readonly toCall: (connection: Connection | undefined) => ResourceCall;
  /** The records of an answer, down to what a model needs of them. Pure. */
  readonly toRecords: (answer: unknown) => readonly UpstreamRecord[];
}

const listIn =
  (field: string, project: (record: UpstreamRecord) => UpstreamRecord) => (answer: unknown) =>
    isRecord(answer) ? toRecords(answer[field]).map(project) : [];

/** Every kind, in the order in which lists show them. */
export const RESOURCE_KINDS: readonly ResourceKind[] = [
  {
    name: "pipelines",
    title: "Pipelines",
    description: "Pipelines and their stages, with the ids that opportunities carry.",
    area: "opportunities",
    // GoHighLevel's API has no call that changes one.
    changedBy: [],
    toCall: () => ({ operation: "opportunities.get-pipelines" }),
    toRecords: listIn("pipelines", ({ id, name, stages }) => ({
      id,
      name,
      stages: toRecords(stages).map((stage) => ({ id: stage["id"], name: stage["name"] })),
    })),
  },
  {
    name: "calendars",
    title: "Calendars",
    description: "Calendars, how long their slots are, and who works in them.",
    area: "calendars",
    changedBy: [
      "calendars.create-calendar",
      "calendars.update-calendar",
      "calendars.delete-calendar",
    ],
    toCall: () => ({ operation: "calendars.get-calendars" }),
    toRecords: listIn("calendars", (calendar) => ({
      id: calendar["id"],
      name: calendar["name"],
      description: calendar["description"],
      type: calendar["calendarType"],
      active: calendar["isActive"],
      slot_duration: calendar["slotDuration"],
      slot_duration_unit: calendar["slotDurationUnit"],
      users: toRecords(calendar["teamMembers"]).map(({ userId }) => userId),
    })),
  },
  {
    name: "custom-fields",
    title: "Custom fields",
    description: "Custom fields of contacts and opportunities: id, name, type and choices.",
    area: "objects",
    changedBy: [
      "locations.create-custom-field",
      "locations.update-custom-field",
      "locations.delete-custom-field",
    ],
    toCall: () => ({ operation: "locations.get-custom-fields", parameters: { model: "all" } }),
    toRecords: listIn("customFields", (field) => ({
      id: field["id"],
      name: field["name"],
      key: field["fieldKey"],
      type: field["dataType"],
      model: field["model"],
      choices: field["picklistOptions"],
    })),
  },
  {
    name: "users",
    title: "Users",
    description: "The people who work in the location; records name them by id.",
    area: "settings",
    changedBy: ["users.create-user", "users.update-user", "users.delete-user"],
    // The search wants the company; a private integration token does not tell which it belongs to.
    toCall: (connection) =>
      connection?.companyId === undefined
        ? { operation: "users.get-user-by-location" }
        : {
            operation: "users.search-users",
            parameters: { companyId: connection.companyId, limit: "100" },
          },
    toRecords: listIn("users", (user) => ({
      id: user["id"],
      name: user["name"],
      email: user["email"],
      role: isRecord(user["roles"]) ? user["roles"]["role"] : undefined,
    })),
  },
  {
    name: "tags",
    title: "Tags",
    description: "The tags that contacts of the location can have.",
    area: "contacts",
    changedBy: ["locations.create-tag", "locations.update-tag", "locations.delete-tag"],
    toCall: () => ({ operation: "locations.get-location-tags" }),
    toRecords: listIn("tags", ({ id, name }) => ({ id, name })),
  },
];

/** The kinds that a grant of these areas may read. */
export const kindsWithin = (areas: readonly AreaId[] | "all"): readonly ResourceKind[] =>
  areas === "all" ? RESOURCE_KINDS : RESOURCE_KINDS.filter(({ area }) => areas.includes(area));

/** The kind that an operation changes; undefined for nearly all. */
export const findChangedKind = (operation: string): ResourceKind | undefined =>
  BY_CHANGE.get(operation);

const BY_CHANGE: ReadonlyMap<string, ResourceKind> = new Map(
  RESOURCE_KINDS.flatMap((kind) => kind.changedBy.map((operation) => [operation, kind] as const)),
);
