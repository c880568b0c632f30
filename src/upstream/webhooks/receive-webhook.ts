import { addSeconds, type Clock, type EpochSeconds, toEpochSeconds } from "../../core/clock.ts";
import type { ConnectionId, LocationId } from "../../core/ids.ts";
import type { Logger } from "../../core/logger.ts";
import { createPace } from "../../core/pace.ts";
import { hashToken } from "../../crypto/hash.ts";
import type { RecordStore } from "../../storage/record-store.ts";
import { toAppId } from "../endpoints.ts";
import type { Place } from "../place-index.ts";
import type { UpstreamSettings } from "../settings.ts";
import { applyChange, type ChangeDeps } from "./apply-change.ts";
import { checkEvent, type WebhookOutcome } from "./check-event.ts";
import { findHeld, type FindingDeps } from "./find-held.ts";
import { parseWebhookEvent, type WebhookEvent, type WebhookMeaning } from "./event.ts";
import { findConcerned, planChanges } from "./plan-changes.ts";
import { createSignatureCheck, type WebhookDelivery } from "./signature.ts";

/** What {@link createWebhookReceiver} needs. */
export interface WebhookDeps extends ChangeDeps, Omit<FindingDeps, "environment"> {
  readonly settings: UpstreamSettings;
  readonly store: RecordStore;
  readonly connections: FindingDeps["connections"];
  readonly vault: ChangeDeps["vault"] & FindingDeps["vault"];
  readonly clock: Clock;
  readonly log: Logger;
  /** Drops the tokens of unclaimed installations that were uninstalled at a time. */
  dropUninstalled(whom: Place, at: EpochSeconds): Promise<void>;
  /** The connection by a private integration token that a location has. */
  findPrivate(locationId: LocationId): Promise<ConnectionId | undefined>;
  /** Drops the list of locations that this process has cached for a connection. */
  forgetLocations(id: ConnectionId): void;
  /** Tells all that listen, in every process, that a connection may reach other locations now. */
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
  const { environment } = deps.settings;
  const held = await findHeld({ ...deps, environment }, meaning);
  const concerned = findConcerned(meaning, held);
  for (const id of concerned) deps.forgetLocations(id);
  await forgetPrivate(deps, meaning);
  const at = toEpochSeconds(atMs / 1000);
  if (meaning.kind === "uninstalled") await deps.dropUninstalled(meaning, at);
  const changes = planChanges(meaning, at, held);
  const pace = createPace();
  for (const change of changes) {
    await applyChange(deps, change);
    await pace();
  }
  for (const id of concerned) deps.announceLocations(id);
  deps.log.info("webhook received", { requestId, type, changes: changes.length });
  await deps.audit.record({
    kind: "webhook.received",
    type,
    ...("companyId" in meaning && { companyId: meaning.companyId }),
    ...("locationId" in meaning && { locationId: meaning.locationId }),
    requestId,
  });
};

/** A private integration token stays good whatever is installed, but its location may have a new name. */
const forgetPrivate = async (deps: WebhookDeps, meaning: WebhookMeaning): Promise<void> => {
  if (meaning.kind === "nothing" || meaning.locationId === undefined) return;
  const id = await deps.findPrivate(meaning.locationId);
  if (id !== undefined) deps.forgetLocations(id);
};
