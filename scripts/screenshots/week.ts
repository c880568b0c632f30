import { addSeconds, type EpochSeconds } from "../../src/core/clock.ts";

/** Calls of one client in one hour; of them, first, those that ask for what is not there. */
export interface Job {
  readonly by: "claude" | "claudeCode";
  /** Which of the sandbox's locations. */
  readonly place: number;
  readonly calls: number;
  readonly missing: number;
}

/** The work of one hour. */
export interface Hour {
  readonly start: EpochSeconds;
  readonly jobs: readonly Job[];
}

const HOUR_SECONDS = 3600;
/** How many calls an hour of a working day sees, from 9 to 17 o'clock. */
const WORKDAY = [6, 11, 14, 9, 3, 8, 12, 10, 4];
/** How busy each day is, from the Monday on; the second Monday is looked at in the afternoon. */
const DAYS = [0.6, 1, 0.8, 1.2, 0.5, 0, 0.1, 1];
const LAST_HOUR = 14;

/** A week as an office has it: little at noon, next to nothing at the weekend, and the day of the pictures. */
export const planWeek = (monday: EpochSeconds): readonly Hour[] => {
  const midnight = addSeconds(monday, -(monday % 86_400));
  return DAYS.flatMap((busy, day) =>
    WORKDAY.flatMap((most, index): Hour[] => {
      const hour = 9 + index;
      const isOver = day === DAYS.length - 1 && hour > LAST_HOUR;
      const calls = Math.round(most * busy);
      if (isOver || calls === 0) return [];
      const start = addSeconds(midnight, day * 86_400 + hour * HOUR_SECONDS + 300);
      const missing = index === 2 ? Math.min(2, calls) : 0;
      const others = Math.round(calls / 2);
      return [
        {
          start,
          jobs: [
            { by: "claude", place: 0, calls, missing },
            { by: "claudeCode", place: 1, calls: others, missing: 0 },
            { by: "claudeCode", place: 2, calls: index % 3 === 0 ? others : 0, missing: 0 },
          ],
        },
      ];
    }),
  );
};
