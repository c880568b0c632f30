import type { AccessLevel } from "./access.ts";
import type { EpochSeconds } from "./clock.ts";
import type { ConnectionId, LocationId } from "./ids.ts";

/**
 * How a request to the GoHighLevel API ended. `rate_limited`: GoHighLevel said "too many" (429).
 * `held_back`: this server did not send it, as nothing was left. `refused`: any other answer that
 * says no. `failed`: no answer, or one of an error of GoHighLevel's own. `cancelled`: the caller left.
 */
export const USAGE_FAILURES = [
  "rate_limited",
  "held_back",
  "refused",
  "failed",
  "cancelled",
] as const;

/** One way not to succeed. */
export type UsageFailure = (typeof USAGE_FAILURES)[number];

/**
 * What is counted, in the order in which records keep it. The three classes add up to all calls; the
 * failures are part of them.
 */
export const USAGE_KINDS = ["read", "write", "critical", ...USAGE_FAILURES] as const;

/** Counts of calls by class and of failures by kind. */
export type UsageCounts = Readonly<Record<(typeof USAGE_KINDS)[number], number>>;

/** One request to the GoHighLevel API that is over. */
export interface UsedCall {
  readonly connectionId: ConnectionId;
  /** Absent where the call was one of the agency as a whole. */
  readonly locationId?: LocationId | undefined;
  readonly access: AccessLevel;
  /** Absent where it succeeded. */
  readonly failure?: UsageFailure | undefined;
}

/** The calls of one hour in one place. */
export interface UsageRow {
  readonly connectionId: ConnectionId;
  /** Absent: calls of the agency as a whole. */
  readonly locationId?: LocationId;
  /** The start of the hour. */
  readonly hour: EpochSeconds;
  readonly counts: UsageCounts;
}

/** Counts calls; never waits and never fails. */
export interface UsageMeter {
  count(call: UsedCall): void;
}

/** The counts of calls per connection, location and hour, shared by all processes on one store. */
export interface UsageLog extends UsageMeter {
  /**
   * Writes what was counted here to the store, of `atMost` records where that is said, those that wait
   * longest. Never rejects: what could not be written is kept.
   */
  flush(options?: { readonly atMost?: number }): Promise<void>;
  /**
   * The rows of a connection from the UTC day of `since` on, in no order; what was counted in this
   * process is among them. By the day, `hour` is the start of the UTC day. Rejects where the store does.
   */
  read(
    connectionId: ConnectionId,
    since: EpochSeconds,
    by?: "hour" | "day",
  ): Promise<readonly UsageRow[]>;
}

/** A log that counts nothing. */
export const silentUsageLog: UsageLog = {
  count: () => {},
  flush: async () => {},
  read: async () => [],
};

/** What is known of one budget of calls at GoHighLevel. */
export interface UsageBudget {
  readonly kind: "location" | "company";
  /** The location; for a company, the connection that speaks for it. */
  readonly id: string;
  readonly limit: number;
  readonly remaining: number;
  readonly intervalMs: number;
  readonly dailyLimit: number;
  readonly dailyRemaining: number;
  /** When GoHighLevel last told it. Absent: the numbers are what is assumed at the start. */
  readonly toldAtMs?: number;
}

/** Counts of nothing. */
export const NO_USAGE: UsageCounts = {
  read: 0,
  write: 0,
  critical: 0,
  rate_limited: 0,
  held_back: 0,
  refused: 0,
  failed: 0,
  cancelled: 0,
};

/** Both together. */
export const addUsage = (one: UsageCounts, other: UsageCounts): UsageCounts => ({
  read: one.read + other.read,
  write: one.write + other.write,
  critical: one.critical + other.critical,
  rate_limited: one.rate_limited + other.rate_limited,
  held_back: one.held_back + other.held_back,
  refused: one.refused + other.refused,
  failed: one.failed + other.failed,
  cancelled: one.cancelled + other.cancelled,
});

/** All calls of the counts. */
export const countCalls = ({ read, write, critical }: UsageCounts): number =>
  read + write + critical;

/** The calls of the counts that did not succeed. */
export const countFailures = (counts: UsageCounts): number =>
  USAGE_FAILURES.reduce((sum, kind) => sum + counts[kind], 0);
