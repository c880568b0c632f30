import type { AccessLevel } from "../../../core/access.ts";
import type { Method } from "../operation.ts";

/** Operations whose class is not the one that their method suggests, and why. */
interface ClassException {
  readonly class: AccessLevel;
  readonly reason: string;
  readonly operations: readonly string[];
}

const METHOD_CLASSES = {
  GET: "read",
  POST: "write",
  PUT: "write",
  PATCH: "write",
  DELETE: "critical",
} as const satisfies Readonly<Record<Method, AccessLevel>>;

/**
 * The curated table: each row is a kind of harm, or of harmlessness, that the method hides. Exported
 * for the test that holds it against the catalogue.
 *
 * @internal
 */
export const CLASS_EXCEPTIONS: readonly ClassException[] = [
  {
    class: "read",
    reason: "a search or list whose criteria travel in the body",
    operations: [
      "ad-manager.google-get-keyword-ideas",
      "contacts.search-contacts-advanced",
      "locations.task-search",
      "objects.search-object-records",
      "opportunities.search-opportunities-advanced",
      "social-media-posting.get-posts",
      "social-media-posting.get-social-media-statistics",
      "social-media-posting.get-tags-by-ids",
      "social-planner.fetchCalendarList",
      "social-planner.fetchEditSessionCalendar",
      "social-planner.fetchQueueItems",
      "social-planner.fetchQueues",
      "social-planner.fetchSlots",
      "social-planner.get-comment-list",
      "users.filter-users-by-email",
    ],
  },
  {
    class: "write",
    reason: "a GET that begins connecting a social account",
    operations: [
      "social-media-posting.start-facebook-oauth",
      "social-media-posting.start-google-oauth",
      "social-media-posting.start-instagram-oauth",
      "social-media-posting.start-linkedin-oauth",
      "social-media-posting.start-tiktok-business-oauth",
      "social-media-posting.start-tiktok-oauth",
      "social-media-posting.start-twitter-oauth",
      "social-planner.start-oauth",
    ],
  },
  {
    class: "write",
    reason: "a DELETE that takes off a mark and is undone by adding it again",
    operations: [
      "contacts.remove-followers-contact",
      "contacts.remove-tags",
      "opportunities.remove-followers-opportunity",
      "social-planner.delete-like",
    ],
  },
  {
    class: "critical",
    reason: "reaches people: a message, a call to sign, or an automation that may send",
    operations: [
      "agent-studio.executeAgent",
      "agent-studio.executeAgent-deprecated",
      "contacts.add-contact-to-campaign",
      "contacts.add-contact-to-workflow",
      "conversations.send-a-new-message",
      "conversations.send-review-reply",
      "emails.schedule-campaign",
      "proposals.send-documents-contracts",
      "proposals.send-documents-contracts-template",
    ],
  },
  {
    class: "critical",
    reason: "moves money, or changes what somebody pays or how",
    operations: [
      "email-isv.verify-email",
      "invoices.auto-payment-invoice-schedule",
      "invoices.cancel-invoice-schedule",
      "invoices.record-invoice",
      "invoices.schedule-invoice-schedule",
      "invoices.send-estimate",
      "invoices.send-invoice",
      "invoices.text2pay-invoice",
      "invoices.update-and-schedule-invoice-schedule",
      "invoices.update-invoice-late-fees-configuration",
      "invoices.void-invoice",
      "marketplace.charge",
      "payments.create-config",
      "payments.create-coupon",
      "payments.create-integration",
      "payments.create-integration-provider",
      "payments.create-order-fulfillment",
      "payments.custom-provider-marketplace-app-update-capabilities",
      "payments.disconnect-config",
      "payments.record-order-payment",
      "payments.update-coupon",
      "phone-system.purchase-phone-number",
      "saas.allow-attach-rebilling",
      "saas.updateLocationWalletBalance",
      "saas-api.bulk-disable-saas",
      "saas-api.bulk-disable-saas-deprecated",
      "saas-api.bulk-enable-saas",
      "saas-api.bulk-enable-saas-deprecated",
      "saas-api.enable-saas-location",
      "saas-api.enable-saas-location-deprecated",
      "saas-api.generate-payment-link",
      "saas-api.update-saas-subscription-deprecated",
      "saas-api.pause-location",
      "saas-api.pause-location-deprecated",
      "saas-api.update-rebilling",
      "saas-api.update-rebilling-deprecated",
    ],
  },
  {
    class: "critical",
    reason: "can spend an advertising budget",
    operations: [
      "ad-manager.fb-duplicate-ad",
      "ad-manager.fb-duplicate-adset",
      "ad-manager.fb-duplicate-campaign",
      "ad-manager.fb-publish-campaign",
      "ad-manager.fb-resume-ad",
      "ad-manager.fb-resume-adset",
      "ad-manager.fb-resume-campaign",
      "ad-manager.fb-upsert-ad",
      "ad-manager.fb-upsert-adset",
      "ad-manager.fb-upsert-campaign",
      "ad-manager.google-publish-ad",
      "ad-manager.google-upsert-campaign",
      "ad-manager.li-publish-campaign-group",
      "ad-manager.li-update-ad-status",
      "ad-manager.li-upsert-campaign-group",
      "ad-publishing.fb-upsert-ad",
    ],
  },
  {
    class: "critical",
    reason: "publishes, or changes what the public sees",
    operations: [
      "agent-studio.promoteAndPublish",
      "blogs.create-blog-post",
      "blogs.update-blog-post",
      "funnels.create-redirect",
      "funnels.update-redirect-by-id",
      "products.update-store-status",
      "snapshots.create-snapshot-share-link",
      "social-media-posting.create-post",
      "social-media-posting.edit-post",
      "social-planner.cloneQueueItem",
      "social-planner.create-comment",
      "social-planner.createQueue",
      "social-planner.createQueueItem",
      "social-planner.resetQueueItem",
      "social-planner.saveEditSession",
      "social-planner.updateQueue",
      "social-planner.updateQueueItem",
    ],
  },
  {
    class: "critical",
    reason: "changes or removes many records at once",
    operations: [
      "ad-manager.fb-batch-update-audience-members",
      "ad-manager.google-create-offline-user-list-job",
      "contacts.add-remove-contact-from-business",
      "contacts.create-association",
      "courses.import-courses",
      "medias.bulk-delete-media-objects",
      "medias.bulk-update-media-objects",
      "products.bulk-update-product-review",
      "products.bulkEdit",
      "products.bulkUpdate",
      "social-media-posting.bulk-delete-social-planner-posts",
      "social-media-posting.start-csv-finalize",
    ],
  },
  {
    class: "critical",
    reason: "gives access: to people, to a sub-account, or through a token",
    operations: [
      "locations.create-location",
      "locations.update-location-permissions",
      "marketplace.migrateConnection",
      "oauth.get-access-token",
      "oauth.get-location-access-token",
      "oauth.get-location-access-token-v3",
      "users.create-user",
      "users.update-user",
    ],
  },
];

const CLASSES: ReadonlyMap<string, AccessLevel> = new Map(
  CLASS_EXCEPTIONS.flatMap((row) => row.operations.map((id) => [id, row.class])),
);

/** The class of an operation: the curated one, else what its method suggests. */
export const classify = (id: string, method: Method): AccessLevel =>
  CLASSES.get(id) ?? METHOD_CLASSES[method];
