/**
 * How a listing operation goes from page to page (gohighlevel.md §4.9). Paths into answers are names
 * joined by dots; an empty one is the answer itself.
 */
export type Pagination = PageStyle & {
  /** Where parameters of paging travel. */
  readonly in: "query" | "body";
  /** Where the records are in an answer. */
  readonly records: string;
  /** Where the number of all records is, where the answer tells it. */
  readonly total?: string;
  /** The parameter for the size of a page; absent where it cannot be chosen. */
  readonly size?: string;
  /** The size to ask for. */
  readonly pageSize: number;
};

type PageStyle =
  /** The number of records before the page: `skip` or `offset`. */
  | { readonly style: "offset"; readonly name: string }
  /** The number of the page, from 1. */
  | { readonly style: "page"; readonly name: string }
  /** A value of the answer is the parameter of the next page. `more` tells whether there is one. */
  | {
      readonly style: "cursor";
      readonly next: Readonly<Record<string, string>>;
      readonly more?: string;
    }
  /** A value of the last record is the parameter of the next page; `page` where it has none. */
  | {
      readonly style: "last_record";
      readonly next: Readonly<Record<string, string>>;
      readonly page?: string;
      /** What the first page is asked with, where the operation requires something. */
      readonly first?: Readonly<Record<string, string>>;
    }
  /** Nothing leads on from the first page. */
  | { readonly style: "single" };

type Row = readonly [records: string, total?: string];

/** `limit` with `skip` or `offset` in the query. */
const byOffset = (
  name: "skip" | "offset",
  pageSize: number,
  rows: Readonly<Record<string, Row>>,
): Readonly<Record<string, Pagination>> =>
  Object.fromEntries(
    Object.entries(rows).map(([id, [records, total]]) => [
      id,
      {
        style: "offset",
        name,
        in: "query",
        size: "limit",
        pageSize,
        records,
        ...(total !== undefined && { total }),
      },
    ]),
  );

/** `limit` and `skip` in the body. */
const byBodySkip = (rows: Readonly<Record<string, Row>>): Readonly<Record<string, Pagination>> =>
  Object.fromEntries(
    Object.entries(byOffset("skip", 50, rows)).map(([id, pagination]) => [
      id,
      { ...pagination, in: "body" },
    ]),
  );

/** The number of the page in the query, with the parameter for its size. */
const byPage = (
  size: string | undefined,
  pageSize: number,
  rows: Readonly<Record<string, Row>>,
): Readonly<Record<string, Pagination>> =>
  Object.fromEntries(
    Object.entries(rows).map(([id, [records, total]]) => [
      id,
      {
        style: "page",
        name: "page",
        in: "query",
        pageSize,
        records,
        ...(size !== undefined && { size }),
        ...(total !== undefined && { total }),
      },
    ]),
  );

const PAGINATIONS: Readonly<Record<string, Pagination>> = {
  ...byOffset("skip", 20, {
    "affiliate-manager.list-affiliates": ["affiliates", "meta.count"],
    "affiliate-manager.list-commissions": ["commissions", "meta.count"],
    "affiliate-manager.list-payouts": ["payouts", "meta.count"],
    // The spec shapes the answer as one record.
    "associations.find-associations": ["associations", "total"],
    "associations.get-relations-by-record-id": ["relations", "total"],
    "blogs.get-blogs": ["data"],
    "businesses.get-businesses-by-location": ["businesses"],
    "calendars.fetch-calendar-resources": [""],
    "calendars.get-event-notification": [""],
    "calendars.getAllSchedules": ["schedules"],
    "contacts.get-contacts-by-businessId": ["contacts", "count"],
    "custom-menus.get-custom-menus": ["customMenus", "totalLinks"],
    "forms.get-forms": ["forms", "total"],
    "links.search-trigger-links": ["links"],
    "locations.GET-all-or-email-sms-templates": ["templates", "totalCount"],
    "locations.search-locations": ["locations"],
    "marketplace.getCharges": ["charges", "pagination.total"],
    "oauth.get-installed-location": ["locations", "count"],
    "opportunities.get-lost-reason": ["lostReasons", "total"],
    "proposals.list-documents-contracts": ["documents"],
    "proposals.list-documents-contracts-templates": ["data"],
    "social-media-posting.get-categories-location-id": ["results.categories", "results.count"],
    "social-media-posting.get-csv-post": ["results.posts", "results.count"],
    "social-media-posting.get-tags-location-id": ["results.tags", "results.count"],
    "social-media-posting.get-upload-status": ["results.csvs", "results.count"],
    "social-planner.fetchAvailableCategories": ["results.categories"],
    "surveys.get-surveys": ["surveys", "total"],
    "users.search-users": ["users", "count"],
  }),
  ...byOffset("offset", 20, {
    "agent-studio.getAgents": ["agents", "pagination.total"],
    "agent-studio.getAgents-deprecated": ["agents", "pagination.total"],
    "blogs.get-all-blog-authors-by-location": ["authors"],
    "blogs.get-all-categories-by-location": ["categories"],
    "blogs.get-blog-post": ["blogs"],
    "brand-boards.getBrandBoardsByLocation": ["brandBoards", "totalCount"],
    "brand-boards.list-brand-voices": ["items", "total"],
    "calendars.get-appointment-notes": ["notes"],
    "chat-widget.listChatWidget": ["data"],
    "emails.fetch-campaigns": ["schedules"],
    "emails.fetch-template": ["builders"],
    "emails.list-bulk-action-campaigns": ["campaigns", "total"],
    "emails.list-email-campaigns": ["campaigns", "total"],
    "emails.list-email-templates": ["items", "total"],
    "emails.list-workflow-campaigns": ["campaigns", "total"],
    "funnels.fetch-redirects-list": ["data.data"],
    "funnels.getFunnels": ["funnels", "count"],
    "funnels.getPagesByFunnelId": [""],
    "invoices.list-estimate-templates": ["data", "totalCount"],
    "invoices.list-estimates": ["estimates", "total"],
    "invoices.list-invoice-schedules": ["schedules", "total"],
    "invoices.list-invoice-templates": ["data", "totalCount"],
    "invoices.list-invoices": ["invoices", "total"],
    "medias.fetch-media-content": ["files"],
    "payments.list-coupons": ["data", "totalCount"],
    "payments.list-integration-providers": ["providers"],
    "payments.list-orders": ["data", "totalCount"],
    "payments.list-subscriptions": ["data", "totalCount"],
    "payments.list-transactions": ["data", "totalCount"],
    "products.get-list-inventory": ["inventory", "total.total"],
    "products.get-product-collection": ["data", "total"],
    "products.get-product-reviews": ["data", "total"],
    "products.list-invoices": ["products", "total.0.total"],
    "products.list-prices-for-product": ["prices", "total"],
    "store.list-shipping-rates": ["data", "total"],
    "store.list-shipping-zones": ["data", "total"],
  }),
  ...byBodySkip({
    "locations.task-search": ["tasks"],
    "social-media-posting.get-posts": ["results.posts", "results.count"],
    "social-planner.fetchQueueItems": ["results.items"],
    "social-planner.fetchQueues": ["results.queues"],
    "social-planner.fetchSlots": ["results.slots", "results.total"],
    "social-planner.get-comment-list": ["results.comments", "results.meta.total"],
    "users.filter-users-by-email": ["users", "count"],
  }),
  ...byPage("limit", 100, {
    "forms.get-forms-submissions": ["submissions", "meta.total"],
    "surveys.get-surveys-submissions": ["submissions", "meta.total"],
  }),
  ...byPage("pageSize", 50, {
    "phone-system.active-numbers": ["data.numbers", "data.total"],
    "voice-ai.get-agents": ["agents", "total"],
    "voice-ai.get-call-logs": ["callLogs", "total"],
  }),
  ...byPage(undefined, 20, {
    "knowledge-base.getAllWebsiteUrlsDataByKnowledgeBase": ["urls"],
    "saas-api.get-saas-locations": ["locations", "pagination.total"],
    "saas-api.get-saas-locations-deprecated": ["locations", "pagination.total"],
  }),
  "contacts.get-contacts": {
    style: "cursor",
    next: { startAfter: "meta.startAfter", startAfterId: "meta.startAfterId" },
    in: "query",
    size: "limit",
    pageSize: 100,
    records: "contacts",
  },
  "opportunities.search-opportunity": {
    style: "cursor",
    next: { startAfter: "meta.startAfter", startAfterId: "meta.startAfterId" },
    in: "query",
    size: "limit",
    pageSize: 100,
    records: "opportunities",
    total: "meta.total",
  },
  "conversations.get-messages": {
    style: "cursor",
    next: { lastMessageId: "messages.lastMessageId" },
    more: "messages.nextPage",
    in: "query",
    size: "limit",
    pageSize: 100,
    records: "messages.messages",
  },
  "conversations.export-messages-by-location": {
    style: "cursor",
    next: { cursor: "nextCursor" },
    in: "query",
    size: "limit",
    pageSize: 100,
    records: "messages",
  },
  "oauth.get-installed-location-v3": {
    style: "cursor",
    next: { pageToken: "pagination.nextPageToken" },
    more: "pagination.hasNextPage",
    in: "query",
    size: "pageSize",
    pageSize: 100,
    records: "items",
  },
  "knowledge-base.list": {
    style: "cursor",
    next: { lastFaqId: "lastFaqId" },
    more: "hasMore",
    in: "query",
    size: "limit",
    pageSize: 50,
    records: "faqs",
  },
  "knowledge-base.listAllKnowledgeBasesPaginated": {
    style: "cursor",
    next: { lastKnowledgeBaseId: "data.lastKnowledgeBaseId" },
    more: "data.hasMore",
    in: "query",
    size: "limit",
    pageSize: 20,
    records: "data.knowledgeBases",
  },
  // The sort key of the last conversation; the spec leaves `sort` out of the answer.
  "conversations.search-conversation": {
    style: "last_record",
    next: { startAfterDate: "sort" },
    in: "query",
    size: "limit",
    pageSize: 100,
    records: "conversations",
    total: "total",
  },
  "conversation-ai.search-agent": {
    style: "last_record",
    next: { startAfter: "id" },
    in: "query",
    size: "limit",
    pageSize: 50,
    records: "agents",
    total: "totalCount",
  },
  "snapshots.get-snapshot-push": {
    style: "last_record",
    next: { lastDoc: "id" },
    // Required even on the first page, where there is no last document yet.
    first: { lastDoc: "" },
    in: "query",
    size: "limit",
    pageSize: 20,
    records: "data",
  },
  // By page GoHighLevel stops at 10,000 records; `searchAfter` has no end.
  "contacts.search-contacts-advanced": {
    style: "last_record",
    next: { searchAfter: "searchAfter" },
    page: "page",
    in: "body",
    size: "pageLimit",
    pageSize: 100,
    records: "contacts",
    total: "total",
  },
  "objects.search-object-records": {
    style: "last_record",
    next: { searchAfter: "searchAfter" },
    page: "page",
    in: "body",
    size: "pageLimit",
    pageSize: 100,
    records: "records",
    total: "total",
  },
  "opportunities.search-opportunities-advanced": {
    style: "last_record",
    next: { searchAfter: "sort" },
    page: "page",
    in: "body",
    size: "limit",
    pageSize: 100,
    records: "opportunities",
    total: "total",
  },
  // Both have a cursor named `next`, but no spec says where the answer holds it.
  "ad-manager.fb-get-entity": { style: "single", in: "query", pageSize: 100, records: "data" },
  "ad-manager.fb-get-ad-accounts": {
    style: "single",
    in: "query",
    size: "limit",
    pageSize: 100,
    records: "data",
  },
};

/** How an operation lists in pages; undefined for one that does not. */
export const findPagination = (id: string): Pagination | undefined =>
  Object.hasOwn(PAGINATIONS, id) ? PAGINATIONS[id] : undefined;

/**
 * Every operation that lists in pages.
 *
 * @public
 */
export const listPaginations = (): readonly (readonly [string, Pagination])[] =>
  Object.entries(PAGINATIONS);
