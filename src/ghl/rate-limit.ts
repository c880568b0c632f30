import { FIRST_PART, nextPart } from "./rate-part.ts";

/**
 * What is known of one budget of calls. Immutable; every function below gives a new one. The numbers
 * start as an assumption and follow the `X-RateLimit-*` headers from the first answer on, which also
 * count what other processes send (gohighlevel.md §4.6). Every member is always there, so that V8 knows one form
 * of what is read and copied several times for each call.
 */
export interface RateState {
  /** Calls per window. */
  readonly limit: number;
  readonly intervalMs: number;
  /** Calls left in the window by the last word of GoHighLevel. */
  readonly remaining: number;
  /** Calls on their way. */
  readonly inFlight: number;
  /** Calls of this window that were answered without headers, and may or may not have counted. */
  readonly uncounted: number;
  /** Calls of this window that were answered with headers. */
  readonly counted: number;
  /** No answer has confirmed that this window has begun: calls go out a few at a time. */
  readonly unconfirmed: boolean;
  /** When the next window begins at the latest; unknown until this window's first answer. */
  readonly resetAtMs: number | undefined;
  /** The part of the window's calls that are ours, from 0 to 1; the rest is sent by others. */
  readonly share: number;
  /**
   * The part of what is left that may be on its way at once. Halved by a refusal and grown by a window
   * without one, so that processes that share a budget come to the same part each.
   */
  readonly flyingPart: number;
  /** The part of a window that this process paces itself to while others are there (rate-part.ts). */
  readonly part: number;
  /** Calls left by the last answer of this window's paced phase. */
  readonly pacedLeft: number;
  /** How far into this window's paced phase its calls ran out, from 0 to 1; undefined where they did not. */
  readonly exhaustedAt: number | undefined;
  /** When calls of others were last seen in this budget. */
  readonly othersSeenAtMs: number | undefined;
  /** Answers of 429 in a row. */
  readonly refusals: number;
  readonly lastDepartureAtMs: number | undefined;
  readonly dailyLimit: number;
  readonly dailyRemaining: number;
  /** Once the day's calls are used up: when to try again. */
  readonly dailyResetAtMs: number | undefined;
}

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
/** The most calls on their way while nothing has confirmed the window. */
const PROBES = 4;
/** The part of what is left that may be on its way at once: at first, alone, with others, at least. */
const FLYING_PART = { first: 0.25, alone: 0.5, shared: 0.15, least: 0.02 } as const;
/** Others are reckoned with for this long after they were last seen. */
const OTHERS_LAST_MS = 60_000;
/** The most calls of a window that are left to others: what they do between two answers is not seen. */
const MAX_RESERVE = 10;
/** Slow calls never hold up the others for longer: then one more leaves, while calls are left. */
const TRICKLE_MS = 250;
/**
 * The part of a window's calls that may leave at once, and the part of its time in which the rest
 * leaves. Even alone a few are spread out: a process that comes new finds them, and so is seen. With
 * others each process paces its own part; what nobody took in that time is free for all after it.
 */
const PACE = { atOnceAlone: 0.8, atOnceShared: 0.3, over: 0.6, tail: 0.3 } as const;
const MIN_SHARE = 0.2;
const FIRST_REFUSAL_MS = 1_000;
const MAX_REFUSAL_MS = 2_000;

/** A budget that nothing is known of: 100 calls in 10 s and 200,000 a day (gohighlevel.md §4.6). */
export const newRateState = (): RateState => ({
  limit: 100,
  intervalMs: 10_000,
  remaining: 100,
  inFlight: 0,
  uncounted: 0,
  counted: 0,
  unconfirmed: true,
  resetAtMs: undefined,
  share: FIRST_PART,
  part: FIRST_PART,
  pacedLeft: 100,
  exhaustedAt: undefined,
  othersSeenAtMs: undefined,
  flyingPart: FLYING_PART.first,
  refusals: 0,
  lastDepartureAtMs: undefined,
  dailyLimit: 200_000,
  dailyRemaining: 200_000,
  dailyResetAtMs: undefined,
});

/**
 * The state at a time: a window that is over is replaced by an unconfirmed new one. If the clock was set
 * back, every instant of the state is void, and nobody waits for the clock to catch up.
 */
export const atTime = (state: RateState, nowMs: number): RateState => {
  if ((state.lastDepartureAtMs ?? nowMs) > nowMs) return forgetInstants(state);
  if (isAhead(state.resetAtMs, nowMs) && isAhead(state.dailyResetAtMs, nowMs)) return state;
  const day = isAhead(state.dailyResetAtMs, nowMs)
    ? state
    : { ...state, dailyRemaining: state.dailyLimit, dailyResetAtMs: undefined };
  if (isAhead(day.resetAtMs, nowMs)) return day;
  return {
    ...learn(day, nowMs),
    remaining: day.limit,
    unconfirmed: true,
    resetAtMs: undefined,
  };
};

const isAhead = (instantMs: number | undefined, nowMs: number): boolean =>
  instantMs === undefined || nowMs < instantMs;

/** The state with nothing counted in a new window yet, and the part that the last one taught. */
const learn = (state: RateState, nowMs: number): RateState => {
  const { exhaustedAt, limit } = state;
  const lesson = {
    part: state.part,
    own: ownPart(state),
    left: state.pacedLeft / limit,
    ...(exhaustedAt !== undefined && { exhaustedAt }),
  };
  const part = isShared(state, nowMs) ? nextPart(lesson) : state.part;
  return { ...state, part, pacedLeft: limit, exhaustedAt: undefined, uncounted: 0, counted: 0 };
};

const forgetInstants = (state: RateState): RateState => ({
  ...state,
  remaining: state.limit,
  uncounted: 0,
  counted: 0,
  unconfirmed: true,
  resetAtMs: undefined,
  lastDepartureAtMs: undefined,
  othersSeenAtMs: undefined,
  dailyRemaining: state.dailyResetAtMs === undefined ? state.dailyRemaining : state.dailyLimit,
  dailyResetAtMs: undefined,
});

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
 * When a call beyond this process's own part may leave: what the paced phase left is taken little by
 * little, so that a process whose clock of the window runs behind still finds its own part.
 */
const tailAtMs = (state: RateState): number => {
  const { intervalMs, remaining, inFlight, pacedLeft } = state;
  const taken = 1 - (remaining - inFlight) / Math.max(1, pacedLeft);
  return pacedUntilMs(state) + Math.min(1, Math.max(0, taken)) * PACE.tail * intervalMs;
};

/** The part of this window's calls that this process has sent. */
const ownPart = ({ counted, uncounted, inFlight, limit }: RateState): number =>
  (counted + uncounted + inFlight) / limit;

/** When the paced phase of the window is over. */
const pacedUntilMs = ({ resetAtMs, intervalMs }: RateState): number =>
  (resetAtMs ?? Number.POSITIVE_INFINITY) - intervalMs * (1 - PACE.over);

/** How old a window is when that part of its calls is used, if all keep the pace. */
const paceMs = (
  used: number,
  { atOnce, intervalMs }: { readonly atOnce: number; readonly intervalMs: number },
): number => Math.min(1, Math.max(0, (used - atOnce) / (1 - atOnce))) * PACE.over * intervalMs;

const isShared = ({ othersSeenAtMs }: RateState, nowMs: number): boolean =>
  othersSeenAtMs !== undefined && nowMs - othersSeenAtMs < OTHERS_LAST_MS;

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

/** One call for each other process, as the part of this one tells how many there are. */
const reserve = ({ part }: RateState): number =>
  Math.min(MAX_RESERVE, Math.max(1, Math.round(1 / part) - 1));

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
  if (given.resetAtMs === undefined || remaining >= departure.remainingBefore) {
    // Within a window the count only falls, so this answer is from a new one.
    return openWindow(landed, remaining, nowMs);
  }
  // Sent in an earlier window: what it says of that one is no news of this one.
  if (departure.resetAtMs !== undefined && departure.resetAtMs !== given.resetAtMs) return landed;
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

/** The first answer of a window: its age is not told, but where all keep the pace it shows in its use. */
const openWindow = (state: RateState, remaining: number, nowMs: number): RateState => {
  const { limit, intervalMs } = state;
  const used = (limit - remaining - state.inFlight) / limit;
  const ageMs = paceMs(used, { atOnce: PACE.atOnceShared, intervalMs });
  const next = { remaining, counted: 1, resetAtMs: nowMs - ageMs + intervalMs };
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
