const INTERVAL_MS = 10_000;
const INTERVAL_MAX = 100;
const DAY_MS = 86_400_000;
const DAILY_MAX = 200_000;

/** What a call left of a budget. */
export interface RateCount {
  readonly headers: Readonly<Record<string, string>>;
  /** True once the call is past the limit of the interval or of the day. */
  readonly isOver: boolean;
}

/** Counts calls per location or company, in windows of ten seconds and of a day. */
export interface RateCounter {
  count(budgetKey: string, nowMs: number): RateCount;
}

interface Windows {
  intervalStartMs: number;
  intervalCount: number;
  day: number;
  dayCount: number;
}

/** Creates a counter with GoHighLevel's limits: 100 calls in 10 s, 200,000 in a day (UTC). */
export const createRateCounter = (): RateCounter => {
  const budgets = new Map<string, Windows>();
  return {
    count: (budgetKey, nowMs) => {
      const day = Math.floor(nowMs / DAY_MS);
      const windows = budgets.get(budgetKey) ?? {
        intervalStartMs: nowMs,
        intervalCount: 0,
        day,
        dayCount: 0,
      };
      budgets.set(budgetKey, windows);
      if (nowMs - windows.intervalStartMs >= INTERVAL_MS) {
        windows.intervalStartMs = nowMs;
        windows.intervalCount = 0;
      }
      if (windows.day !== day) {
        windows.day = day;
        windows.dayCount = 0;
      }
      windows.intervalCount += 1;
      windows.dayCount += 1;
      return toCount(windows, nowMs);
    },
  };
};

const toCount = ({ intervalCount, dayCount, day }: Windows, nowMs: number): RateCount => ({
  isOver: intervalCount > INTERVAL_MAX || dayCount > DAILY_MAX,
  headers: {
    "X-RateLimit-Limit-Daily": String(DAILY_MAX),
    "X-RateLimit-Daily-Remaining": String(Math.max(0, DAILY_MAX - dayCount)),
    "X-RateLimit-Daily-Reset": String((day + 1) * DAY_MS - nowMs),
    "X-RateLimit-Interval-Milliseconds": String(INTERVAL_MS),
    "X-RateLimit-Max": String(INTERVAL_MAX),
    "X-RateLimit-Remaining": String(Math.max(0, INTERVAL_MAX - intervalCount)),
  },
});
