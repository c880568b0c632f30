import type { Clock } from "../core/clock.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { Soon } from "../core/soon.ts";
import type { GhlFailure } from "./errors.ts";
import { createFairQueue, type FairQueue } from "./fair-queue.ts";
import { arrive, depart, type RateReport } from "./rate-answer.ts";
import { canDepart, estimateWaitMs, nextChangeAtMs } from "./rate-pace.ts";
import { newRateState, type RateState } from "./rate-state.ts";
import { atTime } from "./rate-window.ts";

/** Whose calls are counted together: GoHighLevel counts per location, and per company. */
export interface Budget {
  readonly kind: "location" | "company";
  /** The location; for a company, the connection that speaks for it. */
  readonly id: string;
}

/** What a call asks before it is sent. */
export interface SlotRequest {
  readonly budget: Budget;
  /** Calls with one key wait in one line; the lines take turns. */
  readonly fairnessKey: string;
  readonly deadlineAtMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Leave to send one request. To be given back exactly once, with what the answer said. */
export interface Slot {
  /** Gives the slot back; tells how long the budget is closed after a refusal. */
  release(report: RateReport): { readonly closedForMs: number };
}

/** A budget as operators see it. */
export interface RateSnapshot extends Budget {
  readonly limit: number;
  readonly remaining: number;
  readonly intervalMs: number;
  readonly dailyLimit: number;
  readonly dailyRemaining: number;
  readonly queued: number;
  readonly inFlight: number;
  /** When GoHighLevel last told what is left. Absent: the numbers are what is assumed at the start. */
  readonly toldAtMs?: number;
}

/** Holds calls back so that GoHighLevel never has to. */
export interface Governor {
  /** Waits for a slot. Fails at once where none can be had before the deadline. */
  acquire(request: SlotRequest): Soon<Result<Slot, GhlFailure>>;
  /** Every budget that has been used lately, of those that are wanted. */
  snapshot(isWanted?: (budget: Budget) => boolean): readonly RateSnapshot[];
}

interface Waiter {
  readonly deadlineAtMs: number;
  readonly grant: (outcome: Result<Slot, GhlFailure>) => void;
}

interface Line {
  readonly budget: Budget;
  state: RateState;
  toldAtMs: number | undefined;
  readonly queue: FairQueue<Waiter>;
  wake: AbortController | undefined;
}

/** The most calls that wait for one budget. */
const MAX_QUEUED = 1_000;
/** Above this many budgets, those that nothing happens in are forgotten. */
const MAX_BUDGETS = 1_000;
const LOOKED_AT = 16;

/** Creates a governor. Its knowledge is its own; several processes meet in the headers. */
export const createGovernor = ({ clock }: { readonly clock: Clock }): Governor => {
  const lines = new Map<string, Line>();
  return {
    acquire: (request) => {
      if (request.signal?.aborted === true) return fail({ kind: "aborted" });
      const line = lineOf(lines, request.budget, clock);
      const nowMs = clock.nowMs();
      line.state = atTime(line.state, nowMs);
      const ahead = line.queue.ahead(request.fairnessKey);
      const waitMs = estimateWaitMs(line.state, ahead, nowMs);
      if (line.queue.size() >= MAX_QUEUED || nowMs + waitMs >= request.deadlineAtMs) {
        return turnAway(line, nowMs, ahead);
      }
      // Nobody waits and one may leave: then there is nothing to wait for and nothing to listen to.
      if (line.queue.isEmpty() && canDepart(line.state, nowMs)) return ok(openSlot(clock, line));
      return wait(clock, line, request);
    },
    snapshot: (isWanted = () => true) => {
      const nowMs = clock.nowMs();
      return [...lines.values()].flatMap((line) =>
        isWanted(line.budget) ? [toSnapshot(line, nowMs)] : [],
      );
    },
  };
};

const lineOf = (lines: Map<string, Line>, budget: Budget, clock: Clock): Line => {
  const key = `${budget.kind}:${budget.id}`;
  const known = lines.get(key);
  if (known !== undefined) return known;
  if (lines.size >= MAX_BUDGETS) forgetIdle(lines, clock.nowMs());
  const line: Line = {
    budget,
    state: newRateState(),
    toldAtMs: undefined,
    queue: createFairQueue(),
    wake: undefined,
  };
  lines.set(key, line);
  return line;
};

const openSlot = (clock: Clock, line: Line): Slot => {
  const [state, departure] = depart(line.state, clock.nowMs());
  line.state = state;
  let released = false;
  return {
    release: (report) => {
      if (released) throw new Error("a slot was given back twice");
      released = true;
      const nowMs = clock.nowMs();
      line.state = arrive(atTime(line.state, nowMs), departure, { report, nowMs });
      if ((report.dailyRemaining ?? report.remaining) !== undefined) line.toldAtMs = nowMs;
      serve(clock, line);
      return { closedForMs: Math.max(0, (nextChangeAtMs(line.state, nowMs) ?? nowMs) - nowMs) };
    },
  };
};

const serve = (clock: Clock, line: Line): void => {
  if (line.queue.isEmpty() && line.wake === undefined) return;
  const nowMs = clock.nowMs();
  line.state = atTime(line.state, nowMs);
  for (const waiter of line.queue.removeWhere(({ deadlineAtMs }) => deadlineAtMs <= nowMs)) {
    waiter.grant(turnAway(line, nowMs));
  }
  while (canDepart(line.state, nowMs)) {
    const waiter = line.queue.next();
    if (waiter === undefined) break;
    waiter.grant(ok(openSlot(clock, line)));
  }
  rearm(clock, line);
};

const rearm = (clock: Clock, line: Line): void => {
  const nowMs = clock.nowMs();
  line.wake?.abort();
  line.wake = undefined;
  if (line.queue.size() === 0) return;
  const deadlines = line.queue.list().map(({ deadlineAtMs }) => deadlineAtMs);
  const wakeAtMs = Math.min(
    nextChangeAtMs(line.state, nowMs) ?? Number.POSITIVE_INFINITY,
    deadlines.reduce((least, one) => Math.min(least, one), Number.POSITIVE_INFINITY),
  );
  const wake = new AbortController();
  line.wake = wake;
  clock.sleep(Math.max(1, wakeAtMs - nowMs), wake.signal).then(
    () => {
      serve(clock, line);
    },
    () => {
      // A newer timer has taken over.
    },
  );
};

const wait = (clock: Clock, line: Line, request: SlotRequest): Promise<Result<Slot, GhlFailure>> =>
  new Promise((resolve) => {
    const { fairnessKey, deadlineAtMs, signal } = request;
    const onAbort = (): void => {
      line.queue.remove(waiter);
      rearm(clock, line);
      resolve(fail({ kind: "aborted" }));
    };
    const waiter: Waiter = {
      deadlineAtMs,
      grant: (outcome) => {
        signal?.removeEventListener("abort", onAbort);
        resolve(outcome);
      },
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    line.queue.add(fairnessKey, waiter);
    serve(clock, line);
  });

const turnAway = (
  { state, queue }: Line,
  nowMs: number,
  ahead: number = queue.size(),
): Result<Slot, GhlFailure> => {
  const retryAfterMs = Math.max(1_000, estimateWaitMs(state, ahead, nowMs));
  return fail({ kind: "rate_limited", retryAfterMs });
};

const toSnapshot = ({ budget, state, toldAtMs, queue }: Line, nowMs: number): RateSnapshot => {
  const { limit, remaining, inFlight, intervalMs, dailyLimit, dailyRemaining } = atTime(
    state,
    nowMs,
  );
  return {
    ...budget,
    limit,
    remaining,
    intervalMs,
    dailyLimit,
    dailyRemaining,
    queued: queue.size(),
    inFlight,
    ...(toldAtMs !== undefined && { toldAtMs }),
  };
};

/**
 * Looks at a few budgets, those that were looked at longest ago, and forgets what nothing happens in. A few
 * for each new one are enough to keep up, and no call waits while thousands are gone through.
 */
const forgetIdle = (lines: Map<string, Line>, nowMs: number): void => {
  for (const [key, line] of firstOf(lines, LOOKED_AT)) {
    lines.delete(key);
    if (!isIdle(line, nowMs)) lines.set(key, line);
  }
};

function* firstOf<Entry>(entries: Iterable<Entry>, count: number): Iterable<Entry> {
  let left = count;
  for (const entry of entries) {
    if (left === 0) return;
    left -= 1;
    yield entry;
  }
}

const isIdle = ({ state, queue }: Line, nowMs: number): boolean =>
  state.dailyResetAtMs === undefined &&
  (state.resetAtMs === undefined || state.resetAtMs <= nowMs) &&
  state.inFlight === 0 &&
  queue.size() === 0;
