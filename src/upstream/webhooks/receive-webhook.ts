import { addSeconds, type Clock, type EpochSeconds, toEpochSeconds } from "../../core/clock.ts";
import type { ConnectionId } from "../../core/ids.ts";
import type { Logger } from "../../core/logger.ts";
import { hashToken } from "../../crypto/hash.ts";
import type { RecordStore } from "../../storage/record-store.ts";
import { toAppId } from "../endpoints.ts";
import type { UpstreamSettings } from "../settings.ts";
import type { Vault, VaultEntry } from "../vault.ts";
import { applyChange, type ChangeDeps } from "./apply-change.ts";
import { checkEvent, type WebhookOutcome } from "./check-event.ts";
import { parseWebhookEvent, type WebhookEvent } from "./event.ts";
import { findConcerned, planChanges } from "./plan-changes.ts";
import { createSignatureCheck, type WebhookDelivery } from "./signature.ts";

/** What {@link createWebhookReceiver} needs. */
export interface WebhookDeps extends ChangeDeps {
  readonly settings: UpstreamSettings;
  readonly store: RecordStore;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly log: Logger;
  /** Drops the tokens of unclaimed installations that were uninstalled at a time. */
  dropUninstalled(
    whom: { readonly companyId?: string | undefined; readonly locationId?: string | undefined },
    at: EpochSeconds,
  ): Promise<void>;
  /** Drops the lists of locations that this process has cached. */
  forgetLocationLists(): void;
  /** Tells those who listen in this process that a connection may reach other locations now. */
  announceLocations(id: ConnectionId): void;
}

/** Takes one webhook in. */
export type WebhookReceiver = (delivery: WebhookDelivery) => Promise<WebhookOutcome>;

const SEEN_SECONDS = 86_400;

/**
 * Makes the receiver of GoHighLevel's webhooks (gohighlevel.md §7). The signature comes before
 * everything: what is not signed is not even parsed. A delivery is noted as seen once its changes are
 * made, not before: after a failure GoHighLevel's next attempt must not count as a repetition, and
 * two attempts at once do no harm, since every change can be made twice.
 */
export const createWebhookReceiver = (deps: WebhookDeps): WebhookReceiver => {
  const { settings, store, clock, log } = deps;
  const checkSignature = createSignatureCheck(settings.webhookKeys);
  const appId = settings.clientId === undefined ? undefined : toAppId(settings.clientId);

  return async (delivery) => {
    const { requestId } = delivery;
    const verdict = checkSignature(delivery);
    if (verdict !== "good") {
      const reason = verdict === "missing" ? "signature_missing" : "signature_wrong";
      return note(log, requestId, { kind: "refused", reason });
    }
    const parsed = parseWebhookEvent(delivery.body);
    if (!parsed.ok) return note(log, requestId, { kind: "malformed" });
    const event = parsed.value;
    const checked = checkEvent(event, { appId, nowMs: clock.nowMs() });
    if (checked !== undefined) return note(log, requestId, checked);

    // A body that names no delivery stands for itself: it holds the time of the event.
    const at = { namespace: "webhook", key: hashToken(event.webhookId ?? delivery.body) };
    if ((await store.get(at)) !== undefined) return { kind: "accepted", effect: "duplicate" };
    await act(deps, event, requestId);
    const expiresAt = addSeconds(clock.nowSeconds(), SEEN_SECONDS);
    await store.put(at, "seen", { ifVersion: "absent", expiresAt });
    return { kind: "accepted", effect: "done" };
  };
};

const note = (log: Logger, requestId: string, outcome: WebhookOutcome): WebhookOutcome => {
  if (outcome.kind === "accepted") log.debug("webhook without a meaning here", { requestId });
  else log.warn("webhook refused", { requestId, ...outcome });
  return outcome;
};

const act = async (deps: WebhookDeps, event: WebhookEvent, requestId: string): Promise<void> => {
  const { type, meaning, atMs = deps.clock.nowMs() } = event;
  deps.forgetLocationLists();
  const held = meaning.kind === "nothing" ? [] : await readAll(deps);
  const at = toEpochSeconds(atMs / 1000);
  if (meaning.kind === "uninstalled") await deps.dropUninstalled(meaning, at);
  const changes = planChanges(meaning, at, held);
  for (const change of changes) await applyChange(deps, change);
  for (const id of findConcerned(meaning, held)) deps.announceLocations(id);
  deps.log.info("webhook received", { requestId, type, changes: changes.length });
  await deps.audit.record({
    kind: "webhook.received",
    type,
    ...("companyId" in meaning && { companyId: meaning.companyId }),
    ...("locationId" in meaning && { locationId: meaning.locationId }),
    requestId,
  });
};

/** All connections: an event names a location or an agency, and neither is a key of the store. */
const readAll = async ({ vault, connections }: WebhookDeps): Promise<VaultEntry[]> => {
  const ids = await vault.list();
  const found = await Promise.all(ids.map((id) => connections.find(id)));
  return found.flatMap((entry) => (entry === undefined ? [] : [entry]));
};
