import type { RateBudget } from "../core/metrics.ts";

/** How much of a budget is left, as the metrics word it. */
export const LEVELS = ["none", "under_10", "under_50", "more"] as const;

/** The windows that GoHighLevel counts in: a burst of 10 seconds, and the day. */
export const WINDOWS = ["burst", "day"] as const;

/** Whose budget it is. */
export const KINDS = ["location", "company"] as const satisfies readonly RateBudget["kind"][];

/** All budgets of one kind in one window: how many have how much left, and the least of them. */
export interface RateLevels {
  readonly kind: (typeof KINDS)[number];
  readonly window: (typeof WINDOWS)[number];
  readonly counts: Readonly<Record<(typeof LEVELS)[number], number>>;
  /** From 0 to 1; undefined where there is no budget. */
  readonly leastRatio: number | undefined;
}

/**
 * Folds budgets into a fixed number of values, however many locations there are and without naming any
 * (ADR 36). Pure.
 */
export const foldBudgets = (budgets: readonly RateBudget[]): readonly RateLevels[] =>
  KINDS.flatMap((kind) =>
    WINDOWS.map((window) => {
      const ratios = budgets.filter((one) => one.kind === kind).map((one) => toRatio(one, window));
      const counts = { none: 0, under_10: 0, under_50: 0, more: 0 };
      for (const ratio of ratios) counts[toLevel(ratio)] += 1;
      const leastRatio = ratios.length === 0 ? undefined : Math.min(...ratios);
      return { kind, window, counts, leastRatio };
    }),
  );

const toRatio = (budget: RateBudget, window: (typeof WINDOWS)[number]): number => {
  const [left, all] =
    window === "burst"
      ? [budget.remaining, budget.limit]
      : [budget.dailyRemaining, budget.dailyLimit];
  return all <= 0 ? 0 : Math.min(1, Math.max(0, left / all));
};

const toLevel = (ratio: number): (typeof LEVELS)[number] => {
  if (ratio <= 0) return "none";
  if (ratio < 0.1) return "under_10";
  return ratio < 0.5 ? "under_50" : "more";
};
