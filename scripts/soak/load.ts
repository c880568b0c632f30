import { ACTIONS } from "./actions.ts";
import type { Tenant } from "./tenant.ts";

/** The load that runs. */
export interface SoakLoad {
  done(): number;
  /** Of each kind: name, sent, errors that the server told. */
  counts(): readonly (readonly [string, number, number])[];
  /** The errors that were told, and how often. */
  told(): readonly (readonly [string, number])[];
  /** Answers that no fault excuses. */
  wrong(): readonly string[];
  /** Sends no more, and waits for what is under way. */
  stop(): Promise<void>;
}

/** So many at the same time at most: a server that stalls is not asked without end. */
const MOST_AT_ONCE = 200;

/** The kinds of request, each as often as it weighs, well mixed: a step that shares no factor with them. */
const PLAN = ACTIONS.flatMap(([name, weight, action]) =>
  Array.from({ length: weight }, () => ({ name, action })),
);
const STEP = 37;

/** Sends requests of all kinds at an even rate, of all tenants in turn. */
export const startLoad = (tenants: readonly Tenant[], perSecond: number): SoakLoad => {
  const sent = new Map<string, number>();
  const failed = new Map<string, number>();
  const told = new Map<string, number>();
  const wrong: string[] = [];
  const underWay = new Set<Promise<void>>();
  let round = 0;
  let done = 0;
  const sendOne = async (): Promise<void> => {
    round += 1;
    const { name, action } = PLAN[(round * STEP) % PLAN.length] ?? {};
    const tenant = tenants[round % tenants.length];
    if (name === undefined || action === undefined || tenant === undefined) return;
    add(sent, name);
    try {
      const error = await action(tenant, Math.floor(round / tenants.length));
      if (error === undefined) return;
      add(failed, name);
      add(told, error);
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
    counts: () => ACTIONS.map(([name]) => [name, sent.get(name) ?? 0, failed.get(name) ?? 0]),
    told: () => [...told].toSorted(([, one], [, other]) => other - one),
    wrong: () => wrong,
    stop: async () => {
      clearInterval(timer);
      await Promise.all(underWay);
    },
  };
};

const add = (counts: Map<string, number>, name: string): void => {
  counts.set(name, (counts.get(name) ?? 0) + 1);
};
