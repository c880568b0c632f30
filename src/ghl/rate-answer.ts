import { FIRST_PART } from "./rate-part.ts";
import {
  FIRST_REFUSAL_MS,
  FLYING_PART,
  isShared,
  MIN_SHARE,
  PACE,
  pacedUntilMs,
  paceMs,
  type RateState,
  reserve,
} from "./rate-state.ts";
import { learn } from "./rate-window.ts";

/** What one answer said of the budget; absent numbers were not in its headers. */
export interface RateReport {
  readonly limit?: number;
  readonly intervalMs?: number;
  readonly remaining?: number;
  readonly dailyLimit?: number;
  readonly dailyRemaining?: number;
  /** Time until the day's calls come back. */
  readonly dailyResetInMs?: number;
  /** The status was 429. */
  readonly refused: boolean;
  readonly retryAfterMs?: number;
}

/** A call on its way: what was known when it left. */
export interface Departure {
  readonly remainingBefore: number;
  /** The window that it left in, by its end. */
  readonly resetAtMs: number | undefined;
}

const DAY_MS = 86_400_000;
/** How often to look whether the day's calls are back, where GoHighLevel does not say when. */
const DAILY_PROBE_MS = 15 * 60_000;
/**
 * What is taken off the use that a window's first answer shows: this call, and one for the guess of the
 * window's age to be late rather than early. Whoever is early asks in a window that is used up.
 */
const SURELY_OWN = 2;
const MAX_REFUSAL_MS = 2_000;

/** A call leaves. */
export const depart = (state: RateState, nowMs: number): readonly [RateState, Departure] => [
  { ...state, inFlight: state.inFlight + 1, lastDepartureAtMs: nowMs },
  { remainingBefore: state.remaining, resetAtMs: state.resetAtMs },
];

/** A call that left has an answer, or has failed without one: then the report is empty. */
export const arrive = (
  given: RateState,
  departure: Departure,
  { report, nowMs }: { readonly report: RateReport; readonly nowMs: number },
): RateState => {
  const landed = withDay(land(given, report), { report, nowMs });
  if (report.refused) return refuse(landed, report, nowMs);
  const { remaining } = report;
  if (remaining === undefined) {
    return {
      ...landed,
      uncounted: given.uncounted + 1,
      resetAtMs: given.resetAtMs ?? nowMs + landed.intervalMs,
    };
  }
  // Within a window the count only falls: what is not less than before is from a later window.
  const isOfLater = remaining >= departure.remainingBefore;
  const leftEarlier = departure.resetAtMs !== undefined && departure.resetAtMs !== given.resetAtMs;
  // Counted in a window that is over: what it says of that one is no news of this one.
  if (leftEarlier && !isOfLater) return { ...landed, unconfirmed: given.unconfirmed };
  if (given.resetAtMs === undefined || (isOfLater && !leftEarlier)) {
    return openWindow(landed, remaining, nowMs);
  }
  const counted = {
    ...landed,
    remaining: Math.min(given.remaining, remaining),
    counted: given.counted + 1,
  };
  return withOthers(withPhase(counted, nowMs), nowMs);
};

/** One call less on its way, and the sizes of the budget as the answer tells them. */
const land = (given: RateState, report: RateReport): RateState => ({
  ...given,
  inFlight: Math.max(0, given.inFlight - 1),
  limit: report.limit ?? given.limit,
  intervalMs: report.intervalMs ?? given.intervalMs,
  dailyLimit: report.dailyLimit ?? given.dailyLimit,
  dailyRemaining: report.dailyRemaining ?? Math.max(0, given.dailyRemaining - 1),
  refusals: report.refused ? given.refusals : 0,
  unconfirmed: report.refused && given.unconfirmed,
});

/** Notes what the paced phase left, and when it ran out of calls. */
const withPhase = (state: RateState, nowMs: number): RateState => {
  const { resetAtMs, intervalMs, remaining, exhaustedAt } = state;
  if (resetAtMs === undefined || nowMs >= pacedUntilMs(state)) return state;
  const noted = state.pacedLeft === remaining ? state : { ...state, pacedLeft: remaining };
  if (remaining > reserve(state) || exhaustedAt !== undefined) return noted;
  const ageMs = Math.max(0, nowMs - (resetAtMs - intervalMs));
  return { ...noted, exhaustedAt: ageMs / (PACE.over * intervalMs) };
};

/** Notes when the day's calls come back, once they are used up. */
const withDay = (
  state: RateState,
  { report, nowMs }: { readonly report: RateReport; readonly nowMs: number },
): RateState => {
  if (state.dailyRemaining > 0) {
    return state.dailyResetAtMs === undefined ? state : { ...state, dailyResetAtMs: undefined };
  }
  const inMs = Math.min(report.dailyResetInMs ?? DAILY_PROBE_MS, DAY_MS);
  return { ...state, dailyResetAtMs: nowMs + inMs };
};

/**
 * The first answer of a window: its age is not told, but where all keep the pace it shows in what the others
 * have used, which is their part and not this process's. Without that, whoever is late once stays late, and
 * finds less of each window.
 */
const openWindow = (state: RateState, remaining: number, nowMs: number): RateState => {
  const { limit, intervalMs, inFlight } = state;
  const used = Math.max(0, limit - remaining - inFlight - SURELY_OWN) / limit;
  const paced = isShared(state, nowMs);
  const othersPart = paced ? 1 - state.part : 1;
  const ageMs = paceMs(used / othersPart, { atOnce: PACE.atOnceShared, intervalMs });
  const next = { remaining, counted: 1, resetAtMs: nowMs - ageMs + intervalMs, paced };
  const flyingPart = grow(state, nowMs);
  return withOthers({ ...learn(state, nowMs), ...next, flyingPart }, nowMs);
};

const grow = (state: RateState, nowMs: number): number =>
  Math.min(isShared(state, nowMs) ? FLYING_PART.shared : FLYING_PART.alone, state.flyingPart * 1.5);

/** Sees how much of the used part of the window is ours; too early to say after a few calls. */
const withOthers = (state: RateState, nowMs: number): RateState => {
  const used = state.limit - state.remaining;
  if (used < 10) return state;
  const ours = state.counted + state.inFlight;
  const share = Math.min(1, Math.max(MIN_SHARE, ours / used));
  if (used - ours >= 2) return { ...state, share, ...seeOthers(state, nowMs) };
  return share === state.share ? state : { ...state, share };
};

/** Others are there. Whoever has been alone begins like someone new. */
const seeOthers = (
  state: RateState,
  nowMs: number,
): Pick<RateState, "part" | "othersSeenAtMs"> => ({
  othersSeenAtMs: nowMs,
  part: isShared(state, nowMs) ? state.part : FIRST_PART,
});

const refuse = (state: RateState, report: RateReport, nowMs: number): RateState => {
  const refusals = state.refusals + 1;
  const windowEndsInMs = state.resetAtMs === undefined ? 0 : state.resetAtMs - nowMs;
  const backoffMs = Math.min(MAX_REFUSAL_MS, FIRST_REFUSAL_MS * refusals);
  const waitMs = report.retryAfterMs ?? Math.max(windowEndsInMs, backoffMs);
  const flyingPart =
    refusals === 1 ? Math.max(FLYING_PART.least, state.flyingPart / 2) : state.flyingPart;
  // Our own calls are counted before they leave: a refusal means that others have taken part.
  const seen = { ...seeOthers(state, nowMs), resetAtMs: nowMs + waitMs };
  const exhausted = state.unconfirmed
    ? undefined
    : withPhase({ ...state, remaining: 0 }, nowMs).exhaustedAt;
  return {
    ...state,
    ...seen,
    exhaustedAt: exhausted ?? state.exhaustedAt,
    remaining: 0,
    refusals,
    flyingPart,
  };
};
