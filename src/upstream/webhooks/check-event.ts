import type { WebhookEvent } from "./event.ts";

/** What a webhook came to. Only `refused` and `malformed` are not a success for the sender. */
export type WebhookOutcome =
  | { readonly kind: "refused"; readonly reason: WebhookRefusal }
  | { readonly kind: "malformed" }
  | { readonly kind: "accepted"; readonly effect: "done" | "duplicate" | "nothing" };

/** Why a webhook is not believed. */
export type WebhookRefusal =
  | "signature_missing"
  | "signature_wrong"
  | "other_app"
  | "timestamp_missing"
  | "too_old";

/** What an event is judged against. */
export interface EventContext {
  /** The id of our marketplace app; absent where none is configured. */
  readonly appId: string | undefined;
  readonly nowMs: number;
}

type EventCheck = (event: WebhookEvent, context: EventContext) => WebhookOutcome | undefined;

const MAX_AGE_MS = 5 * 60_000;

/** Installs of our app say that they are about it; other events have been seen without an app. */
const checkApp: EventCheck = ({ appId, meaning }, context) => {
  const mustName = meaning.kind === "installed" || meaning.kind === "uninstalled";
  if (appId === undefined && !mustName) return undefined;
  return appId !== undefined && appId === context.appId ? undefined : refuse("other_app");
};

const checkMeaning: EventCheck = ({ meaning }) =>
  meaning.kind === "nothing" ? { kind: "accepted", effect: "nothing" } : undefined;

/** A clock that is ahead is as wrong as one that is behind, and a future date would never age. */
const checkAge: EventCheck = ({ atMs }, { nowMs }) => {
  if (atMs === undefined) return refuse("timestamp_missing");
  return Math.abs(nowMs - atMs) <= MAX_AGE_MS ? undefined : refuse("too_old");
};

const refuse = (reason: WebhookRefusal): WebhookOutcome => ({ kind: "refused", reason });

/** What a signed event must pass before it has an effect, in this order; the first answer counts. */
const EVENT_CHECKS: readonly EventCheck[] = [checkApp, checkMeaning, checkAge];

/** Judges a signed event; undefined: it is to be acted on. */
export const checkEvent = (
  event: WebhookEvent,
  context: EventContext,
): WebhookOutcome | undefined => {
  for (const check of EVENT_CHECKS) {
    const outcome = check(event, context);
    if (outcome !== undefined) return outcome;
  }
  return undefined;
};
