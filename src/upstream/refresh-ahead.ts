import { type Clock, type EpochSeconds, sleepUnlessAborted } from "../core/clock.ts";
import { isStoreAway } from "../core/errors.ts";
import type { ConnectionId } from "../core/ids.ts";
import type { Logger } from "../core/logger.ts";
import { createPace } from "../core/pace.ts";
import type { Random } from "../crypto/random.ts";
import { hashToken } from "../crypto/hash.ts";
import { type Connections, toJitter } from "./connections.ts";
import type { PlaceIndex } from "./place-index.ts";
import type { PlaceUpkeep } from "./place-upkeep.ts";
import type { Refresher } from "./refresh.ts";
import type { RotationWriter } from "./save-rotation.ts";
import { planAhead } from "./token-set.ts";
import type { HeldConnection, Vault } from "./vault.ts";

/** What {@link runRefreshAhead} needs. */
export interface RefreshAheadDeps {
  readonly vault: Pick<Vault, "walk">;
  readonly connections: Pick<Connections, "find">;
  readonly places: Pick<PlaceIndex, "add">;
  readonly placeUpkeep: Pick<PlaceUpkeep, "complete">;
  readonly refresher: Pick<Refresher, "refresh">;
  readonly writer: Pick<RotationWriter, "saveAllHeldBack">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

const ROUND_EVERY_MS = 60_000;
/** How long what was seen of a connection is believed: another process may have changed it since. */
const LOOK_AGAIN_MS = 10 * 60_000;
const MAX_BACK_OFF_MS = 60 * 60_000;
const MAX_AT_ONCE = 4;

/** When a connection is looked at next, and how often in a row its refresh has failed. */
interface Outlook {
  readonly atMs: number;
  readonly failures: number;
}

/**
 * Refreshes the connections that are due, and writes what the spool holds, every minute until the signal
 * aborts; then resolves once the refreshes under way have ended. Several processes on one store may run
 * it: a refresh goes through the same lease as all others, so one of them does it. A connection that
 * waits for a person, or is paused at GoHighLevel, is left alone.
 */
export const runRefreshAhead = async (
  deps: RefreshAheadDeps,
  signal: AbortSignal,
): Promise<void> => {
  const outlooks = new Map<ConnectionId, Outlook>();
  do {
    try {
      await deps.writer.saveAllHeldBack();
      await deps.placeUpkeep.complete(signal);
      await runRound(deps, outlooks, signal);
    } catch (cause) {
      // A store that is away, most of all. The next round tries again.
      deps.log.warn("connections could not be looked through for tokens that are due", { cause });
    }
  } while (await sleepUnlessAborted(deps.clock, toPauseMs(deps), signal));
};

/** Half of the spread is before the minute, half after: instances that start together drift apart. */
const toPauseMs = ({ random }: RefreshAheadDeps): number =>
  ROUND_EVERY_MS * (0.9 + 0.2 * toJitter(random));

/**
 * Looks at those that are due, page by page and in slices: so neither the memory nor the length of a turn
 * of the event loop depends on how many connections there are.
 */
const runRound = async (
  deps: RefreshAheadDeps,
  outlooks: Map<ConnectionId, Outlook>,
  signal: AbortSignal,
): Promise<void> => {
  const ids = deps.vault.walk();
  const pace = createPace();
  const gone = new Set(outlooks.keys());
  const work = async (): Promise<void> => {
    for (;;) {
      await pace();
      const next = signal.aborted ? undefined : await ids.next();
      if (next === undefined || next.done === true) return;
      const { value: id } = next;
      gone.delete(id);
      const seen = outlooks.get(id);
      if ((seen?.atMs ?? 0) > deps.clock.nowMs()) continue;
      outlooks.set(id, await lookUnlessBroken(deps, id, seen?.failures ?? 0));
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: MAX_AT_ONCE }, work));
  const broken = outcomes.find((outcome) => outcome.status === "rejected");
  if (broken !== undefined) throw broken.reason;
  if (!signal.aborted) for (const id of gone) outlooks.delete(id);
};

/** A record that cannot be read keeps no other connection from its refresh; a store that is away ends the round. */
const lookUnlessBroken = async (
  deps: RefreshAheadDeps,
  id: ConnectionId,
  failures: number,
): Promise<Outlook> => {
  try {
    return await lookAfter(deps, id, failures);
  } catch (cause) {
    if (isStoreAway(cause)) throw cause;
    deps.log.error("a connection could not be refreshed ahead", { connectionId: id, cause });
    return { atMs: deps.clock.nowMs() + LOOK_AGAIN_MS, failures };
  }
};

/** Refreshes one connection if it is due, and says when to look at it again. */
const lookAfter = async (
  deps: RefreshAheadDeps,
  id: ConnectionId,
  failures: number,
): Promise<Outlook> => {
  const { clock, connections, refresher } = deps;
  const isStale = (held: HeldConnection): boolean => toDueAt(held) <= clock.nowSeconds();
  const held = await connections.find(id);
  if (held === undefined || held.connection.status !== "active") {
    return { atMs: clock.nowMs() + LOOK_AGAIN_MS, failures: 0 };
  }
  if (!isStale(held)) return untilDue(clock, held);
  // Once a day and connection: so one that an earlier version signed in beside this one is found as well.
  await deps.places.add(id, held.connection);
  const outcome = await refresher.refresh(id, { isStale });
  if (outcome.ok) return untilDue(clock, outcome.value);
  const backOffMs = Math.min(MAX_BACK_OFF_MS, ROUND_EVERY_MS * 2 ** failures);
  const restMs =
    outcome.failure.kind === "upstream_unavailable"
      ? (outcome.failure.retryAfterSeconds ?? 0) * 1000
      : 0;
  const spreadMs = backOffMs * (0.5 + toJitter(deps.random) / 2);
  return { atMs: clock.nowMs() + Math.max(restMs, spreadMs), failures: failures + 1 };
};

const untilDue = (clock: Clock, held: HeldConnection): Outlook => ({
  atMs: Math.min(toDueAt(held) * 1000, clock.nowMs() + LOOK_AGAIN_MS),
  failures: 0,
});

/** The same on every instance: the spread follows from the connection and its tokens. */
const toDueAt = ({ connection, tokens }: HeldConnection): EpochSeconds => {
  const issuedAt = connection.lastRefreshAt ?? connection.connectedAt;
  const digest = hashToken(`${connection.id} ${tokens.expiresAt}`);
  return planAhead(issuedAt, tokens, (Buffer.from(digest, "base64url")[0] ?? 0) / 255);
};
