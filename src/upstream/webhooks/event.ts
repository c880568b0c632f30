import { z } from "zod";
import { type CompanyId, type LocationId, toCompanyId, toLocationId } from "../../core/ids.ts";
import { fail, ok, type Result } from "../../core/result.ts";

// What does not have the form that we know counts as absent: an event that means nothing to us may
// look any way it likes. An app id that is no text is nobody's.
const id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const webhookBody = z.object({
  type: z.string().optional().catch(undefined),
  appId: z.string().nullish().catch(""),
  companyId: id.transform(toCompanyId).optional().catch(undefined),
  locationId: id.transform(toLocationId).optional().catch(undefined),
  timestamp: z.iso
    .datetime({ offset: true })
    .transform((text) => Date.parse(text))
    .optional()
    .catch(undefined),
  webhookId: z.string().min(1).max(200).optional().catch(undefined),
});

/** What an event says for us. */
export type WebhookMeaning =
  | {
      readonly kind: "installed" | "uninstalled" | "locations_changed";
      readonly companyId?: CompanyId;
      readonly locationId?: LocationId;
    }
  | { readonly kind: "nothing" };

/** An event, as far as we read it. */
export interface WebhookEvent {
  /** Empty where there is none. */
  readonly type: string;
  readonly meaning: WebhookMeaning;
  readonly appId?: string;
  /** When GoHighLevel says that it happened. */
  readonly atMs?: number;
  readonly webhookId?: string;
}

/** Reads the body of a webhook; fails only where it is not JSON. */
export const parseWebhookEvent = (body: string): Result<WebhookEvent, "not_json"> => {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    // JSON.parse throws for one reason only.
    return fail("not_json");
  }
  const parsed = webhookBody.safeParse(json);
  if (!parsed.success) return ok({ type: "", meaning: { kind: "nothing" } });
  const { type = "", appId, companyId, locationId, timestamp, webhookId } = parsed.data;
  const whom = {
    ...(companyId === undefined ? {} : { companyId }),
    ...(locationId === undefined ? {} : { locationId }),
  };
  return ok({
    type,
    meaning: toMeaning(type, whom),
    ...(appId === undefined || appId === null ? {} : { appId }),
    ...(timestamp === undefined ? {} : { atMs: timestamp }),
    ...(webhookId === undefined ? {} : { webhookId }),
  });
};

const toMeaning = (
  type: string,
  whom: { readonly companyId?: CompanyId; readonly locationId?: LocationId },
): WebhookMeaning => {
  switch (type) {
    case "INSTALL":
      return { kind: "installed", ...whom };
    case "UNINSTALL":
      return { kind: "uninstalled", ...whom };
    case "LocationCreate":
    case "LocationUpdate":
      return { kind: "locations_changed", ...whom };
    default:
      return { kind: "nothing" };
  }
};
