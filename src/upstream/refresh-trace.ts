import type { ConnectionId } from "../core/ids.ts";
import type { Logger } from "../core/logger.ts";

/**
 * The steps of a refresh in their order. `answer_received`: GoHighLevel's answer is in memory and nowhere
 * else. `answer_spooled`: it is on the disk, not yet read. The last three come for every refresh, the four
 * before them only where tokens came.
 */
export type RefreshStep =
  | "before_lease"
  | "lease_taken"
  | "request_sent"
  | "answer_received"
  | "answer_spooled"
  | "before_store_write"
  | "store_written"
  | "spool_emptied"
  | "before_lease_release"
  | "lease_released";

/** Hears where each refresh is. What it is told comes before anything else happens. */
export interface RefreshTrace {
  reached(step: RefreshStep, id: ConnectionId): void;
}

/** Writes the steps to the log, for a refresh that hangs or ends half-way. */
export const createLogTrace = (log: Logger): RefreshTrace => ({
  reached: (step, connectionId) => log.debug("refresh of tokens", { step, connectionId }),
});
