import { ACTIONS } from "./actions.ts";
import type { Tenants } from "./tenant.ts";

/** How often a kind of request was sent, and what came of it. */
export interface KindCount {
  readonly name: string;
  sent: number;
  right: number;
  /** Ended with an error that a fault explains, as a whole or in a part. */
  excused: number;
}

/** The load that runs. */
export interface SoakLoad {
  done(): number;
  sent(): number;
  counts(): readonly KindCount[];
  /** The kinds of the errors told, and how often. */
  told(): readonly (readonly [kind: string, times: number])[];
  /** Answers that no fault excuses. */
  wrong(): readonly string[];
  /** Sends no more, and waits for what is under way. */
  stop(): Promise<void>;
  /** Sends no more. */
  halt(): void;
}

/** So many at the same time at most: a server that stalls is not asked without end. */
const MOST_AT_ONCE = 200;

/** The kinds of request, each as often as it weighs, well mixed: a step that shares no factor with them. */
const PLAN = ACTIONS.flatMap((one) => Array.from({ length: one.weight }, () => one));
const STEP = 37;

/** Sends requests of all kinds at an even rate, of all tenants in turn. */
export const startLoad = (tenants: Tenants, perSecond: number): SoakLoad => {
  const counts = new Map<string, KindCount>(
    ACTIONS.map(({ name }) => [name, { name, sent: 0, right: 0, excused: 0 }]),
  );
  const told = new Map<string, number>();
  const wrong: string[] = [];
  const underWay = new Set<Promise<void>>();
  let round = 0;
  let done = 0;
  const sendOne = async (): Promise<void> => {
    round += 1;
    const { name = "", by = "location", action } = PLAN[(round * STEP) % PLAN.length] ?? {};
    const count = counts.get(name);
    const tenant = tenants[by][round % tenants[by].length];
    if (count === undefined || action === undefined || tenant === undefined) return;
    count.sent += 1;
    try {
      const kinds = await action(tenant, Math.floor(round / tenants.location.length));
      if (kinds.length === 0) count.right += 1;
      else count.excused += 1;
      for (const kind of kinds) told.set(kind, (told.get(kind) ?? 0) + 1);
    } catch (cause) {
      wrong.push(`${name}: ${cause instanceof Error ? cause.message : String(cause)}`);
    } finally {
      done += 1;
    }
  };
  const timer = setInterval(() => {
    if (underWay.size >= MOST_AT_ONCE) return;
    const one = sendOne();
    underWay.add(one);
    void one.finally(() => underWay.delete(one));
  }, 1000 / perSecond);
  return {
    done: () => done,
    sent: () => round,
    counts: () => [...counts.values()],
    told: () => [...told].toSorted(([, one], [, other]) => other - one),
    wrong: () => wrong,
    halt: () => clearInterval(timer),
    stop: async () => {
      clearInterval(timer);
      await Promise.all(underWay);
    },
  };
};
