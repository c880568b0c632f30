import type { Operation } from "../../ghl/catalog/operation.ts";

/**
 * What lists show of a record of each kind, by GoHighLevel's names; `fields` of the caller replaces it.
 * A name that a record does not have costs nothing.
 */
const KIND_FIELDS = {
  contact: [
    "id",
    "contactName",
    "name",
    "firstName",
    "lastName",
    "email",
    "phone",
    "companyName",
    "tags",
    "assignedTo",
    "dateAdded",
  ],
  opportunity: [
    "id",
    "name",
    "status",
    "monetaryValue",
    "pipelineId",
    "pipelineStageId",
    "contactId",
    "contact.name",
    "assignedTo",
    "updatedAt",
  ],
  conversation: [
    "id",
    "contactId",
    "contactName",
    "fullName",
    "lastMessageType",
    "lastMessageDirection",
    "lastMessageBody",
    "lastMessageDate",
    "unreadCount",
    "assignedTo",
  ],
  message: [
    "id",
    "conversationId",
    "messageType",
    "direction",
    "status",
    "dateAdded",
    "subject",
    "body",
    "attachments",
    "userId",
    "error",
  ],
  appointment: [
    "id",
    "title",
    "calendarId",
    "contactId",
    "appointmentStatus",
    "status",
    "startTime",
    "endTime",
    "assignedUserId",
    "address",
    "notes",
  ],
  calendar: [
    "id",
    "name",
    "description",
    "calendarType",
    "groupId",
    "isActive",
    "slotDuration",
    "slotDurationUnit",
    "widgetSlug",
    "teamMembers.userId",
  ],
  task: ["id", "title", "body", "dueDate", "completed", "contactId", "assignedTo"],
  note: ["id", "title", "body", "bodyText", "contactId", "userId", "dateAdded", "pinned"],
  user: ["id", "name", "firstName", "lastName", "email", "phone", "roles.role", "roles.type"],
  location: ["id", "name", "email", "phone", "city", "country", "timezone"],
  pipeline: ["id", "name", "stages.id", "stages.name"],
  custom_field: ["id", "name", "fieldKey", "dataType", "model", "picklistOptions"],
  custom_value: ["id", "name", "fieldKey", "value"],
  tag: ["id", "name"],
  workflow: ["id", "name", "status", "updatedAt"],
  campaign: ["id", "name", "status", "updatedAt"],
  form: ["id", "name"],
  submission: ["id", "formId", "surveyId", "contactId", "name", "email", "createdAt", "others"],
  invoice: [
    "id",
    "name",
    "invoiceNumber",
    "status",
    "currency",
    "total",
    "amountDue",
    "amountPaid",
    "issueDate",
    "dueDate",
    "contactDetails.id",
    "contactDetails.name",
  ],
  product: ["id", "name", "productType", "availableInStore", "image", "updatedAt"],
  price: ["id", "name", "type", "currency", "amount", "recurring"],
  payment: [
    "id",
    "status",
    "amount",
    "currency",
    "contactId",
    "contactName",
    "contactEmail",
    "entityType",
    "entityId",
    "sourceType",
    "createdAt",
  ],
  post: ["id", "summary", "status", "platform", "type", "scheduleDate", "publishedAt", "title"],
  file: ["id", "name", "type", "url", "size", "updatedAt"],
  funnel: ["id", "name", "type", "url", "updatedAt"],
  link: ["id", "name", "redirectTo", "fieldKey"],
  business: ["id", "name", "phone", "email", "website", "city"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

type Kind = keyof typeof KIND_FIELDS;

/** The kind of the records under a name of an answer. */
const KIND_OF_NAME: Readonly<Record<string, Kind>> = {
  contacts: "contact",
  opportunities: "opportunity",
  conversations: "conversation",
  messages: "message",
  events: "appointment",
  appointments: "appointment",
  calendars: "calendar",
  tasks: "task",
  notes: "note",
  users: "user",
  locations: "location",
  pipelines: "pipeline",
  customFields: "custom_field",
  customValues: "custom_value",
  tags: "tag",
  workflows: "workflow",
  campaigns: "campaign",
  forms: "form",
  surveys: "form",
  submissions: "submission",
  invoices: "invoice",
  products: "product",
  prices: "price",
  posts: "post",
  files: "file",
  funnels: "funnel",
  links: "link",
  businesses: "business",
};

/** Operations whose records lie under a name that says nothing, or something else. */
const KIND_OF_OPERATION: Readonly<Record<string, Kind>> = {
  "payments.list-orders": "payment",
  "payments.list-transactions": "payment",
  "payments.list-subscriptions": "payment",
};

/**
 * The default fields of the records that an operation lists under `name`; undefined for a kind that
 * has none, and for names that mean something else in their app.
 */
export function findKindFields(
  { id, app }: Pick<Operation, "id" | "app">,
  name: string,
): readonly string[] | undefined {
  const own = Object.hasOwn(KIND_OF_OPERATION, id) ? KIND_OF_OPERATION[id] : undefined;
  const named = Object.hasOwn(KIND_OF_NAME, name) ? KIND_OF_NAME[name] : undefined;
  // The advertising apps have campaigns and forms of their own.
  const kind = own ?? (app.startsWith("ad-") ? undefined : named);
  return kind === undefined ? undefined : KIND_FIELDS[kind];
}
