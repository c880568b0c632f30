import { type Result, fail } from "../core/result.ts";
import type { TokenFailure } from "../ghl/ports.ts";

/**
 * Waits for an outcome that others may wait for too, and stops waiting when the signal aborts; the
 * work goes on. An aborted wait gives `upstream_unavailable`: whoever aborted no longer listens.
 */
export const waitUnlessAborted = async <Value>(
  outcome: Promise<Result<Value, TokenFailure>>,
  signal: AbortSignal | undefined,
): Promise<Result<Value, TokenFailure>> => {
  if (signal === undefined) return outcome;
  const gaveUp = Promise.withResolvers<Result<Value, TokenFailure>>();
  const onAbort = (): void => {
    gaveUp.resolve(fail({ kind: "upstream_unavailable" }));
  };
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([outcome, gaveUp.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
};
