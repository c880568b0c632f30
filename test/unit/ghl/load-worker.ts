/**
 * A process of its own that offers calls of several grants to one location at fixed rates, and tells
 * its parent how many of each succeeded.
 */
import { toConnectionId, toLocationId, toOperationId } from "../../../src/core/ids.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { fail, ok } from "../../../src/core/result.ts";
import { toSecret } from "../../../src/core/secret.ts";
import { createGhlClient } from "../../../src/ghl/client.ts";
import { createHttpClient } from "../../../src/net/undici-http-client.ts";
import { createScaledClock } from "./scaled-clock.ts";

/** What a worker is told. Times are of the scaled clock. */
export interface LoadOrder {
  readonly baseUrl: string;
  readonly token: string;
  readonly locationId: string;
  readonly startMs: number;
  readonly factor: number;
  readonly durationMs: number;
  /** Calls per second of each grant. */
  readonly grants: Readonly<Record<string, number>>;
}

/** What a worker tells, by grant. */
export type LoadResult = Readonly<
  Record<string, { offered: number; succeeded: number; failures: Record<string, number> }>
>;

const run = async (order: LoadOrder): Promise<LoadResult> => {
  const clock = createScaledClock(order.startMs, order.factor);
  const http = createHttpClient();
  const client = createGhlClient({
    apiBaseUrl: order.baseUrl,
    http,
    clock,
    log: silentLogger,
    tokens: {
      getToken: () => Promise.resolve(ok({ token: toSecret(order.token), kind: "private" })),
      replaceToken: ({ connectionId }) =>
        Promise.resolve(fail({ kind: "needs_reauth", connectionId, reason: "refused" })),
    },
  });
  const stop = new AbortController();
  const result: Record<string, LoadResult[string]> = {};
  const running: Promise<void>[] = [];
  const offer = async (grant: string): Promise<void> => {
    const tally = (result[grant] ??= { offered: 0, succeeded: 0, failures: {} });
    tally.offered += 1;
    const answer = await client.call({
      operation: toOperationId("opportunities.get-pipelines"),
      connectionId: toConnectionId("conn-1"),
      locationId: toLocationId(order.locationId),
      fairnessKey: grant,
      signal: stop.signal,
    });
    if (answer.ok) tally.succeeded += 1;
    else tally.failures[answer.failure.kind] = (tally.failures[answer.failure.kind] ?? 0) + 1;
  };
  const beganMs = clock.nowMs();
  const offered = new Map<string, number>();
  while (clock.nowMs() - beganMs < order.durationMs) {
    const elapsedSeconds = (clock.nowMs() - beganMs) / 1000;
    for (const [grant, perSecond] of Object.entries(order.grants)) {
      const due = Math.floor(elapsedSeconds * perSecond);
      const from = offered.get(grant) ?? 0;
      for (let index = from; index < due; index += 1) running.push(offer(grant));
      offered.set(grant, Math.max(from, due));
    }
    await clock.sleep(100);
  }
  stop.abort();
  await Promise.all(running);
  await http.close();
  return result;
};

// Both workers are told to begin once both have loaded: the load is theirs together from the start.
process.send?.("ready");
process.once("message", (order) => {
  void run(order as LoadOrder).then((result) => {
    process.send?.(result, () => {
      process.disconnect();
    });
  });
});
