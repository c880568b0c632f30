import {
  FIRST_REFUSAL_MS,
  isShared,
  MIN_SHARE,
  ownPart,
  PACE,
  pacedUntilMs,
  paceMs,
  type RateState,
  reserve,
} from "./rate-state.ts";

/** The most calls on their way while nothing has confirmed the window. */
const PROBES = 4;
/** Slow calls never hold up the others for longer: then one more leaves, while calls are left. */
const TRICKLE_MS = 250;

/** Whether a call may leave now. Takes a state of this very time. */
export const canDepart = (state: RateState, nowMs: number): boolean => {
  if (available(state, nowMs) <= 0 || state.dailyRemaining - state.inFlight <= 0) return false;
  if (nowMs < pacedAtMs(state, nowMs)) return false;
  return state.inFlight < maxInFlight(state) || nowMs >= trickleAtMs(state);
};

/** When the pace lets the next call leave. */
const pacedAtMs = (state: RateState, nowMs: number): number => {
  const { resetAtMs, intervalMs, limit, remaining, inFlight, part } = state;
  if (resetAtMs === undefined) return Number.NEGATIVE_INFINITY;
  const beganAtMs = resetAtMs - intervalMs;
  if (!isShared(state, nowMs)) {
    const used = (limit - remaining + inFlight) / limit;
    return beganAtMs + paceMs(used, { atOnce: PACE.atOnceAlone, intervalMs });
  }
  const used = ownPart(state) / part;
  return used < 1
    ? beganAtMs + paceMs(used, { atOnce: PACE.atOnceShared, intervalMs })
    : tailAtMs(state);
};

/**
 * When a call beyond this process's own part may leave: the less it has sent, the earlier, so that what the
 * paced phase left goes first to whoever has had least. And it is taken little by little, so that a process
 * whose clock of the window runs behind still finds its own part.
 */
const tailAtMs = (state: RateState): number => {
  const { intervalMs, remaining, inFlight, pacedLeft } = state;
  const taken = 1 - (remaining - inFlight) / Math.max(1, pacedLeft);
  const progress = Math.min(1, Math.max(0, taken, ownPart(state)));
  return pacedUntilMs(state) + progress * PACE.tail * intervalMs;
};

const maxInFlight = ({ unconfirmed, refusals, remaining, flyingPart }: RateState): number => {
  if (unconfirmed) return refusals > 0 ? 1 : PROBES;
  return Math.max(1, Math.floor(remaining * flyingPart));
};

const trickleAtMs = ({ lastDepartureAtMs, refusals }: RateState): number =>
  (lastDepartureAtMs ?? 0) + (refusals > 0 ? FIRST_REFUSAL_MS : TRICKLE_MS);

const available = (state: RateState, nowMs: number): number =>
  state.remaining -
  state.inFlight -
  state.uncounted -
  (isShared(state, nowMs) ? reserve(state) : 0);

/** When something may change for those who wait, unless an answer comes first. */
export const nextChangeAtMs = (state: RateState, nowMs: number): number | undefined => {
  if (state.dailyRemaining <= 0) return state.dailyResetAtMs;
  const trickle =
    available(state, nowMs) > 0
      ? Math.max(trickleAtMs(state), pacedAtMs(state, nowMs))
      : Number.POSITIVE_INFINITY;
  const next = Math.min(trickle, state.resetAtMs ?? Number.POSITIVE_INFINITY);
  return Number.isFinite(next) ? next : undefined;
};

/**
 * How long a call will wait that has `ahead` others before it: whole windows at our share of them. An
 * estimate for turning away what cannot be served in time.
 */
export const estimateWaitMs = (state: RateState, ahead: number, nowMs: number): number => {
  if (state.dailyRemaining <= 0) return Math.max(0, (state.dailyResetAtMs ?? nowMs) - nowMs);
  const left = Math.max(0, available(state, nowMs));
  if (ahead < left) return 0;
  const perWindow = Math.max(1, Math.floor(state.limit * Math.max(state.share, MIN_SHARE)));
  const windowEndsInMs = Math.max(0, (state.resetAtMs ?? nowMs + state.intervalMs) - nowMs);
  return windowEndsInMs + Math.floor((ahead - left) / perWindow) * state.intervalMs;
};
