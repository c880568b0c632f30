import { createGovernor } from "../../../src/ghl/governor.ts";
import { readRateHeaders } from "../../../src/ghl/read-rate-headers.ts";
import { createRateCounter } from "../../../src/sandbox/gate/rate-limit.ts";
import { createVirtualTime } from "../../support/virtual-time.ts";

/** A process with a governor of its own, which offers calls of its grants all the time. */
export interface LoadingProcess {
  /** Calls per second of each grant. */
  readonly grants: Readonly<Record<string, number>>;
  readonly startMs?: number;
  readonly endMs?: number;
  /** The longest way to GoHighLevel and back. */
  readonly latencyMs?: number;
}

/** What came of it, by windows of ten seconds. */
export interface LoadOutcome {
  readonly sent: number;
  readonly refused: number;
  readonly byGrant: Readonly<Record<string, number>>;
  /** Successes of each process in each window. */
  readonly byProcess: readonly (readonly number[])[];
}

const WINDOW_MS = 10_000;

/** Numbers from 0 up to 1, the same in every run. */
const createSequence = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
};

/**
 * Lets several governors, which know nothing of each other, share the limit of one location in virtual
 * time. The counter is the sandbox's: windows begin with their first call, and only headers tell of them.
 */
export const simulateLoad = async (
  processes: readonly LoadingProcess[],
  windows: number,
  seed = 1,
): Promise<LoadOutcome> => {
  const time = createVirtualTime();
  const { clock } = time;
  const startMs = clock.nowMs();
  const counter = createRateCounter();
  const random = createSequence(seed);
  const byGrant: Record<string, number> = {};
  const byProcess = processes.map(() => Array.from({ length: windows }, () => 0));
  let sent = 0;
  let refused = 0;

  const runProcess = (at: number, { grants, ...given }: LoadingProcess): void => {
    const governor = createGovernor({ clock });
    const travel = (): Promise<void> =>
      clock.sleep((given.latencyMs ?? 20) * (0.125 + 0.375 * random()));
    const call = async (grant: string): Promise<void> => {
      const slot = await governor.acquire({
        budget: { kind: "location", id: "loc-1" },
        fairnessKey: grant,
        deadlineAtMs: clock.nowMs() + 30_000,
      });
      if (!slot.ok) return;
      await travel();
      const nowMs = clock.nowMs();
      const { isOver, headers } = counter.count("loc-1", nowMs);
      sent += 1;
      if (isOver) refused += 1;
      else {
        byGrant[grant] = (byGrant[grant] ?? 0) + 1;
        const window = Math.floor((nowMs - startMs) / WINDOW_MS);
        const own = byProcess[at] ?? [];
        own[window] = (own[window] ?? 0) + 1;
      }
      await travel();
      const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
      slot.value.release(
        readRateHeaders(
          isOver ? 429 : 200,
          Object.fromEntries(lower) as Record<string, string>,
          clock.nowMs(),
        ),
      );
    };
    const offer = async (grant: string, perSecond: number): Promise<void> => {
      await clock.sleep((given.startMs ?? 0) + 50 * random());
      const beganMs = clock.nowMs();
      for (let offered = 0; clock.nowMs() - startMs < (given.endMs ?? Infinity);) {
        const due = Math.floor(((clock.nowMs() - beganMs) / 1000) * perSecond);
        for (; offered < due; offered += 1) void call(grant);
        await clock.sleep(100);
      }
    };
    for (const [grant, perSecond] of Object.entries(grants)) void offer(grant, perSecond);
  };

  for (const [at, one] of processes.entries()) runProcess(at, one);
  await time.runUntil(startMs + windows * WINDOW_MS - 1);
  return { sent, refused, byGrant, byProcess };
};
