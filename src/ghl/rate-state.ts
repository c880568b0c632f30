import { FIRST_PART } from "./rate-part.ts";

/**
 * What is known of one budget of calls. Immutable: rate-window.ts, rate-pace.ts and rate-answer.ts give new
 * ones. The numbers start as an assumption and follow the `X-RateLimit-*` headers from the first answer on,
 * which also count what other processes send (gohighlevel.md §4.6). Every member is always there, so that V8
 * knows one form of what is read and copied several times for each call.
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
  /** Others were known of when this window began: all of it is paced by the part. */
  readonly paced: boolean;
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

/** The part of what is left that may be on its way at once: at first, alone, with others, at least. */
export const FLYING_PART = { first: 0.25, alone: 0.5, shared: 0.15, least: 0.02 } as const;
/** Others are reckoned with for this long after they were last seen. */
const OTHERS_LAST_MS = 60_000;
/** The most calls of a window that are left to others: what they do between two answers is not seen. */
const MAX_RESERVE = 10;
/**
 * The part of a window's calls that may leave at once, and the part of its time in which the rest
 * leaves. Even alone a few are spread out: a process that comes new finds them, and so is seen. With
 * others each process paces its own part; what nobody took in that time is free for all after it.
 */
export const PACE = { atOnceAlone: 0.8, atOnceShared: 0.3, over: 0.6, tail: 0.3 } as const;
/** The least part of a window's calls that is reckoned to be ours. */
export const MIN_SHARE = 0.2;
/** How long to wait after a refusal that does not say. */
export const FIRST_REFUSAL_MS = 1_000;

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
  paced: false,
  othersSeenAtMs: undefined,
  flyingPart: FLYING_PART.first,
  refusals: 0,
  lastDepartureAtMs: undefined,
  dailyLimit: 200_000,
  dailyRemaining: 200_000,
  dailyResetAtMs: undefined,
});

/** Whether others were seen in this budget lately. */
export const isShared = ({ othersSeenAtMs }: RateState, nowMs: number): boolean =>
  othersSeenAtMs !== undefined && nowMs - othersSeenAtMs < OTHERS_LAST_MS;

/** The part of this window's calls that this process has sent. */
export const ownPart = ({ counted, uncounted, inFlight, limit }: RateState): number =>
  (counted + uncounted + inFlight) / limit;

/** One call for each other process, as the part of this one tells how many there are. */
export const reserve = ({ part }: RateState): number =>
  Math.min(MAX_RESERVE, Math.max(1, Math.round(1 / part) - 1));

/** When the paced phase of the window is over. */
export const pacedUntilMs = ({ resetAtMs, intervalMs }: RateState): number =>
  (resetAtMs ?? Number.POSITIVE_INFINITY) - intervalMs * (1 - PACE.over);

/** How old a window is when that part of its calls is used, if all keep the pace. */
export const paceMs = (
  used: number,
  { atOnce, intervalMs }: { readonly atOnce: number; readonly intervalMs: number },
): number => Math.min(1, Math.max(0, (used - atOnce) / (1 - atOnce))) * PACE.over * intervalMs;
