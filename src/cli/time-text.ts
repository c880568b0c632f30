import type { EpochSeconds } from "../core/clock.ts";

/** An instant as people and programs both read it: ISO 8601 in UTC, to the second. */
export const toIsoTime = (at: EpochSeconds): string =>
  new Date(at * 1000).toISOString().replace(".000Z", "Z");
