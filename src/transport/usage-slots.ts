import { type EpochSeconds, toEpochSeconds } from "../core/clock.ts";
import { addUsage, NO_USAGE, type UsageRow } from "../core/usage.ts";
import type { UsageSlot, UsageSpan } from "../web/usage-card.ts";

const SPANS = {
  day: { seconds: 3600, slots: 24 },
  month: { seconds: 86_400, slots: 30 },
} as const satisfies Readonly<Record<UsageSpan, { seconds: number; slots: number }>>;

/** When the first hour or day of a span began that ends now; hours and days are whole ones of UTC. */
export const toSpanStart = (span: UsageSpan, now: EpochSeconds): EpochSeconds => {
  const { seconds, slots } = SPANS[span];
  return toEpochSeconds((Math.floor(now / seconds) + 1 - slots) * seconds);
};

/** The sums of rows by the hour of the last 24, or by the day of the last 30, oldest first. */
export const toUsageSlots = (
  rows: readonly UsageRow[],
  span: UsageSpan,
  now: EpochSeconds,
): readonly UsageSlot[] => {
  const { seconds, slots } = SPANS[span];
  const start = toSpanStart(span, now);
  const sums = Array.from({ length: slots }, () => NO_USAGE);
  for (const { counts, hour } of rows) {
    const index = Math.floor((hour - start) / seconds);
    const sum = sums[index];
    if (sum !== undefined) sums[index] = addUsage(sum, counts);
  }
  return sums.map((counts, index) => ({ start: toEpochSeconds(start + index * seconds), counts }));
};
