import { listPaginations } from "../../ghl/catalog/overlays/pagination.ts";
import { toBlankPath } from "./match-path.ts";
import { readIndex } from "./read-catalogue.ts";

/** What an operation does with a collection of records. `other` touches none. */
export interface OperationRole {
  readonly role: "create" | "list" | "read" | "update" | "delete" | "other";
  /** The path of the collection, with its placeholders. */
  readonly collection: string;
}

/** Operations whose path does not show what they do. A path with placeholders ends in the record's id. */
const ROLES: Readonly<Record<string, string>> = {
  "blogs.get-blog-post": "list /blogs/posts",
  "emails.delete-template": "delete /emails/builder/{templateId}",
  "emails.import-email-template": "create /emails/locations/{locationId}/templates",
  "invoices.list-estimates": "list /invoices/estimate",
  "invoices.text2pay-invoice": "create /invoices",
  "links.get-link-by-id": "read /links/{linkId}",
  "links.search-trigger-links": "list /links",
  "medias.create-media-folder": "create /medias",
  "medias.fetch-media-content": "list /medias",
  "medias.update-media-object": "update /medias/{id}",
  "objects.search-object-records": "list /objects/{schemaKey}/records",
  "payments.create-order-fulfillment": "create /payments/orders/{orderId}/fulfillments",
  "payments.list-coupons": "list /payments/coupon",
  "payments.list-order-fulfillment": "list /payments/orders/{orderId}/fulfillments",
  "social-media-posting.get-posts": "list /social-media-posting/{locationId}/posts",
  "social-planner.createQueueItem": "create /social-media-posting/category/queues/{queueId}/items",
  "social-planner.fetchQueueItems": "list /social-media-posting/category/queues/{queueId}/items",
  "social-planner.fetchQueues": "list /social-media-posting/category/queues",
};

const PAGED: ReadonlySet<string> = new Set(listPaginations().map(([id]) => id));

let blankPaths: ReadonlySet<string> | undefined;

/** Whether any operation works on single records under a path. */
const hasRecords = (path: string): boolean => {
  blankPaths ??= new Set(
    readIndex()
      .filter(({ method }) => method !== "POST")
      .map((entry) => toBlankPath(entry.path)),
  );
  return blankPaths.has(`${toBlankPath(path)}/{}`);
};

const withoutRecord = (path: string): string => path.replace(/\/\{[^/]*\}\/?$/u, "");

const BY_METHOD = {
  record: { GET: "read", PUT: "update", PATCH: "update", DELETE: "delete" },
  collection: { GET: "list", POST: "create" },
} as const satisfies Readonly<Record<string, Readonly<Record<string, OperationRole["role"]>>>>;

/** What an operation does, read off its path and those beside it, unless the table says so. */
export const findRole = ({
  id,
  method,
  path,
}: {
  readonly id: string;
  readonly method: string;
  readonly path: string;
}): OperationRole => {
  const named = ROLES[id]?.split(" ");
  if (named !== undefined) return fromTable(named);
  const collection = path.replace(/\/$/u, "");
  if (PAGED.has(id)) return { role: "list", collection };
  if (collection.endsWith("}")) {
    const roles: Readonly<Record<string, OperationRole["role"]>> = BY_METHOD.record;
    return { role: roles[method] ?? "other", collection: withoutRecord(path) };
  }
  if (!hasRecords(collection)) return { role: "other", collection };
  const roles: Readonly<Record<string, OperationRole["role"]>> = BY_METHOD.collection;
  return { role: roles[method] ?? "other", collection };
};

const fromTable = ([role = "", path = ""]: readonly string[]): OperationRole => {
  switch (role) {
    case "create":
    case "list":
      return { role, collection: path };
    case "read":
    case "update":
    case "delete":
      return { role, collection: withoutRecord(path) };
    default:
      throw new Error(`no such role: ${role}`);
  }
};

/** How the records of a collection come about: in pages, in one list, by creating alone, or unseen. */
export type CollectionKind = "pages" | "list" | "created" | "unknown";

let kinds: ReadonlyMap<string, CollectionKind> | undefined;

/** The kind of a collection, by its path with placeholders of any name. */
export const collectionKind = (path: string): CollectionKind => {
  kinds ??= readKinds();
  return kinds.get(toBlankPath(path)) ?? "unknown";
};

const readKinds = (): ReadonlyMap<string, CollectionKind> => {
  const found = new Map<string, CollectionKind>();
  const order: readonly CollectionKind[] = ["unknown", "created", "list", "pages"];
  for (const entry of readIndex()) {
    const { role, collection } = findRole(entry);
    if (role !== "list" && role !== "create") continue;
    const listed = PAGED.has(entry.id) ? "pages" : "list";
    const kind = role === "create" ? "created" : listed;
    const key = toBlankPath(collection);
    const known = found.get(key) ?? "unknown";
    if (order.indexOf(kind) > order.indexOf(known)) found.set(key, kind);
  }
  return found;
};
