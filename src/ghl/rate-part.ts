/** What one window taught a process that shares a budget with others. */
export interface WindowLesson {
  /** The part of the window's calls that this process paced itself to, from 0 to 1. */
  readonly part: number;
  /** The part that it sent. */
  readonly own: number;
  /** The part that was left to everyone when the paced phase was over. */
  readonly left: number;
  /** How far into the paced phase nothing was left any more, from 0 to 1; absent where it lasted. */
  readonly exhaustedAt?: number;
  /** Others were known of from its start: all of it was paced. */
  readonly paced: boolean;
}

/** Before anything is known: as if one other process worked on the same budget. */
export const FIRST_PART = 0.5;
const LEAST_PART = 0.02;
/** What a process that could use more adds where something was left; the same for all. */
const STEP = 0.05;
/** One window never cuts a part by more than this. */
const DEEPEST_CUT = 0.3;
/** Calls that run out later than this, in parts of the paced phase, ran out in time. */
const TOO_EARLY = 0.85;
/** What may be left of a window without anyone growing. */
const SPARE = 0.1;

/**
 * The part of the next window that a process paces itself to. Additive increase, multiplicative
 * decrease, on signals that all processes of a budget read from the same headers: where the calls ran
 * out early all parts shrink by the factor by which they were too large together, and where calls were
 * left all that wanted more grow by one step. So parts drift towards each other, whoever came first
 * (Chiu and Jain 1989). More than half is never kept where calls ran out: someone else wanted as much.
 * A window that nobody paced ran out because all began as if they were alone: what was had of it is kept.
 */
export const nextPart = ({ part, own, left, exhaustedAt, paced }: WindowLesson): number => {
  if (exhaustedAt !== undefined && exhaustedAt < TOO_EARLY) {
    const factor = Math.min(1, Math.max(DEEPEST_CUT, exhaustedAt));
    const shrunk = Math.max(LEAST_PART, part * factor);
    return Math.min(FIRST_PART, paced ? shrunk : Math.max(shrunk, own));
  }
  const wantedMore = own >= part * 0.9;
  return wantedMore && left > SPARE ? Math.min(FIRST_PART, part + STEP) : part;
};
