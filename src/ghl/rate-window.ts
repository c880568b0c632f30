import { nextPart } from "./rate-part.ts";
import { isShared, ownPart, type RateState } from "./rate-state.ts";

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
export const learn = (state: RateState, nowMs: number): RateState => {
  const { exhaustedAt, limit } = state;
  const lesson = {
    part: state.part,
    own: ownPart(state),
    paced: state.paced,
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
