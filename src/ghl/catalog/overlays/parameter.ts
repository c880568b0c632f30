import type { Parameter } from "../operation.ts";

interface ParameterPatch {
  readonly reason: string;
  /** What a parameter is besides what its spec says, by name. */
  readonly parameters: Readonly<
    Record<string, Partial<Pick<Parameter, "type" | "items" | "enum" | "joined">>>
  >;
}

const LIST = { type: "array", items: "string", joined: true } as const;

/** Query parameters that their descriptions call comma-separated, and nothing else in the specs. */
const JOINED_LISTS: Readonly<Record<string, readonly string[]>> = {
  "ad-manager.fb-get-campaign": ["fields"],
  "ad-manager.fb-get-reporting": ["fields"],
  "ad-manager.google-get-reporting": ["fields"],
  "ad-manager.li-get-ad-analytics": ["entityUrns", "fields"],
  "ad-manager.li-get-campaign-group-reporting": ["fields"],
  "ad-manager.li-get-reporting-list": ["fields"],
  "conversations.get-messages": ["type"],
  "conversations.search-conversation": ["assignedTo", "followers", "mentions"],
  "payments.list-orders": ["funnelProductIds"],
  "phone-system.available-numbers": ["numberTypes"],
  "products.get-product-collection": ["collectionIds"],
  "products.get-product-reviews": ["productId", "storeId"],
  "products.get-product-store-stats": ["collectionIds"],
  "products.get-reviews-count": ["productId", "storeId"],
  "products.list-invoices": ["collectionIds"],
  "products.list-prices-for-product": ["ids"],
  "proposals.list-documents-contracts": ["paymentStatus", "status"],
  "proposals.list-documents-contracts-templates": ["type"],
  "voice-ai.get-call-logs": ["actionType", "contactId"],
};

const toListPatch = ([id, names]: readonly [string, readonly string[]]): readonly [
  string,
  ParameterPatch,
] => {
  const reason = "its description says that several values travel in one text, joined by commas";
  return [id, { reason, parameters: Object.fromEntries(names.map((name) => [name, LIST])) }];
};

const PARAMETER_PATCHES: Readonly<Record<string, ParameterPatch>> = {
  ...Object.fromEntries(Object.entries(JOINED_LISTS).map(toListPatch)),
  "contacts.create-association": {
    reason: "the path names a placeholder that the spec does not declare",
    parameters: { type: { enum: ["add", "remove"] } },
  },
};

/** The parameters of an operation with their corrections. */
export const patchParameters = (
  id: string,
  parameters: readonly Parameter[],
): readonly Parameter[] => {
  const patches = PARAMETER_PATCHES[id]?.parameters;
  if (patches === undefined) return parameters;
  return parameters.map((parameter) => ({ ...parameter, ...patches[parameter.name] }));
};

/**
 * The corrections, for the test that holds them against the specs.
 *
 * @internal
 */
export const parameterPatches: Readonly<Record<string, ParameterPatch>> = PARAMETER_PATCHES;
