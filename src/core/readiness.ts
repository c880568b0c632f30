/** What is known of the parts that a server needs. */
export interface ReadinessChecks {
  readonly store: "ok" | "failed";
  /** Whether the master key opens the store; unknown while the store does not answer. */
  readonly key: "ok" | "failed" | "unknown";
  /** How the last request to GoHighLevel ended. Says nothing about whether this server is ready. */
  readonly upstream: "ok" | "failing" | "unknown";
}

/** Whether requests should be sent here. GoHighLevel being away is no reason: no other instance is better off. */
export const isReady = ({ store, key }: ReadinessChecks): boolean => store === "ok" && key === "ok";
