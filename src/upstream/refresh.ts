import { type AuditTrail, silentAuditTrail } from "../core/audit.ts";
import type { Clock } from "../core/clock.ts";
import type { ConnectionId } from "../core/ids.ts";
import type { Logger } from "../core/logger.ts";
import type { Metrics } from "../core/metrics.ts";
import { silentTracing, type Tracing } from "../core/tracing.ts";
import { type Result, fail, ok } from "../core/result.ts";
import type { Random } from "../crypto/random.ts";
import type { TokenFailure } from "../ghl/ports.ts";
import { createRefreshAudit } from "./audit-refresh.ts";
import type { Connections } from "./connections.ts";
import { createCooldown } from "./cooldown.ts";
import { judgeRefresh, toNeedsReauth } from "./judge-refresh.ts";
import type { RefreshLeases } from "./refresh-lease.ts";
import type { RefreshRequest } from "./refresh-request.ts";
import type { RefreshTrace } from "./refresh-trace.ts";
import type { NotedRotation, RotationWriter } from "./save-rotation.ts";
import { createSingleFlight } from "./single-flight.ts";
import type { HeldConnection, Vault, VaultEntry } from "./vault.ts";

/** Which refresh is wanted. */
export interface RefreshWish {
  /** Whether the tokens that are held are not good enough; asked again of the newest ones. */
  isStale(held: HeldConnection): boolean;
  /** Try even while the connection rests after a failure. */
  readonly force?: boolean;
}

/** Refreshes tokens; nothing is ever deleted because a refresh failed. */
export interface Refresher {
  /**
   * Gives the connection with tokens that are not stale, refreshing at most once. Concurrent callers
   * share one refresh, those of other processes on the same store too. No caller's signal stops it: an
   * answer that carries new tokens must be kept.
   */
  refresh(id: ConnectionId, wish: RefreshWish): Promise<Result<VaultEntry, TokenFailure>>;
  /** Resolves when no refresh is under way: before that, nobody may close the store. */
  whenIdle(): Promise<void>;
}

/** What {@link createRefresher} needs. */
export interface RefresherDeps {
  readonly connections: Connections;
  readonly vault: Vault;
  readonly request: RefreshRequest;
  readonly leases: RefreshLeases;
  readonly writer: RotationWriter;
  readonly trace: RefreshTrace;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly audit?: AuditTrail;
  /** Counts refreshes. Absent: nobody does. */
  readonly metrics?: Pick<Metrics, "refresh">;
  /** Follows refreshes. Absent: nobody does. */
  readonly tracing?: Tracing;
}

type Refreshed = Result<VaultEntry, TokenFailure>;

/** How long a refresh by another process is waited for, and how often it is looked for. */
const MAX_WAIT_MS = 15_000;
const LOOK_EVERY_MS = 100;

/** Makes the refresher of this process. */
export const createRefresher = (deps: RefresherDeps): Refresher => {
  const { connections, writer, trace } = deps;
  const flights = createSingleFlight<Refreshed>();
  const cooldown = createCooldown<TokenFailure>(deps);
  const noteForAudit = createRefreshAudit(deps.audit ?? silentAuditTrail);

  const look = async (id: ConnectionId, wish: RefreshWish): Promise<Seen> => {
    const seen = toSeen(await connections.find(id), id, wish);
    const rest = "due" in seen && wish.force !== true ? cooldown.find(id) : undefined;
    return rest === undefined ? seen : { outcome: fail(withWait(rest.failure, rest.seconds)) };
  };

  const ask = async (entry: VaultEntry): Promise<Refreshed> => {
    const { id } = entry.connection;
    const startedMs = deps.clock.nowMs();
    const answer = await deps.request(entry);
    const outcome = answer.ok
      ? await keep(deps, entry, answer.value)
      : await judgeRefresh({ ...deps, ...writer }, entry, answer.failure);
    deps.metrics?.refresh({
      outcome: outcome.ok ? "ok" : outcome.failure.kind,
      durationMs: deps.clock.nowMs() - startedMs,
    });
    if (outcome.ok) cooldown.end(id);
    else cooldown.start(id, outcome.failure, toRestSeconds(outcome.failure));
    await noteForAudit(entry, outcome);
    return outcome;
  };

  /** Refreshes once no other process does; whoever waited finds the other's tokens. */
  const fly = async (id: ConnectionId, wish: RefreshWish): Promise<Refreshed> => {
    await writer.saveHeldBack(id);
    trace.reached("before_lease", id);
    const deadlineMs = deps.clock.nowMs() + MAX_WAIT_MS;
    for (;;) {
      const before = await look(id, wish);
      if ("outcome" in before) return before.outcome;
      const lease = await deps.leases.acquire(id);
      if (lease !== undefined) {
        try {
          trace.reached("lease_taken", id);
          // Looked at again: the process before may have finished just before the lease was ours, or
          // have died with its answer in the spool.
          await writer.saveHeldBack(id);
          const now = await look(id, wish);
          return "outcome" in now ? now.outcome : await inSpan(deps, () => ask(now.due));
        } finally {
          trace.reached("before_lease_release", id);
          await lease.release();
          trace.reached("lease_released", id);
        }
      }
      if (deps.clock.nowMs() >= deadlineMs) return fail({ kind: "upstream_unavailable" });
      await deps.clock.sleep(LOOK_EVERY_MS);
    }
  };

  return {
    refresh: async (id, wish) => {
      for (;;) {
        const { value, own } = await flights.run(id, () => fly(id, wish));
        // A shared flight may have served a milder wish: then its tokens can still be stale for us.
        if (own || !value.ok || !wish.isStale(value.value)) return value;
      }
    },
    whenIdle: () => flights.whenIdle(),
  };
};

const inSpan = async (
  { tracing = silentTracing }: RefresherDeps,
  work: () => Promise<Refreshed>,
): Promise<Refreshed> =>
  await tracing.inSpan({ name: "refresh tokens", kind: "internal" }, async (span) => {
    const outcome = await work();
    if (!outcome.ok) span.fail(outcome.failure.kind);
    return outcome;
  });

/** What needs no request: the outcome, or the connection whose tokens are to be refreshed. */
type Seen = { readonly outcome: Refreshed } | { readonly due: VaultEntry };

const toSeen = (entry: VaultEntry | undefined, id: ConnectionId, wish: RefreshWish): Seen => {
  if (entry === undefined)
    return { outcome: fail({ kind: "connection_missing", connectionId: id }) };
  if (!wish.isStale(entry)) return { outcome: ok(entry) };
  return entry.connection.status === "needs_reauth"
    ? { outcome: fail(toNeedsReauth(entry)) }
    : { due: entry };
};

/** Writes the new tokens down before anyone uses them. */
const keep = async (
  { writer, log }: RefresherDeps,
  entry: VaultEntry,
  noted: NotedRotation,
): Promise<Refreshed> => {
  const { id: connectionId } = entry.connection;
  const saved = await writer.save(noted, entry);
  switch (saved.kind) {
    case "saved":
    case "superseded":
    case "unclear":
      log.info("refreshed GoHighLevel tokens", { connectionId, version: saved.entry.version });
      return ok(saved.entry);
    case "missing":
      return fail({ kind: "connection_missing", connectionId });
    case "foreign":
      log.error("a refresh answered with another account's tokens, which were discarded", {
        connectionId,
      });
      return fail({ kind: "upstream_unavailable" });
  }
};

const SUSPENDED_REST_SECONDS = 60;

const toRestSeconds = (failure: TokenFailure): number => {
  if (failure.kind === "suspended") return SUSPENDED_REST_SECONDS;
  return failure.kind === "upstream_unavailable" ? (failure.retryAfterSeconds ?? 0) : 0;
};

const withWait = (failure: TokenFailure, seconds: number): TokenFailure =>
  failure.kind === "upstream_unavailable" ? { ...failure, retryAfterSeconds: seconds } : failure;
