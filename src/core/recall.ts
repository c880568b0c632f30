import type { Clock, EpochSeconds } from "./clock.ts";
import type { EventChannel, HeardEvent, StoreEvent } from "./events.ts";
import type { Soon } from "./soon.ts";

/** Remembers what was read from the store, for as long as events say that it is still so. */
export interface Recall<Value> {
  /** What is remembered under a key and may be answered with now. */
  peek(key: string): Value | undefined;
  /** {@link Recall.peek}, or what `read` gives, which is remembered from then on unless it is undefined. */
  get(key: string, read: () => Promise<Value | undefined>): Soon<Value | undefined>;
  /** Forgets one key. */
  forget(key: string): void;
}

/** What {@link createRecall} works with. */
export interface RecallDeps<Value> {
  /** Absent: nothing is ever remembered, since nobody would say that it changed. */
  readonly events?: EventChannel;
  readonly clock: Clock;
  /** The key that an event makes untrue. */
  keyOf(event: StoreEvent): string | undefined;
  /** When a value ends by itself. Absent: never. */
  endOf?(value: Value): EpochSeconds;
}

/** Above this many keys, half of them go: those that were read first. */
const MAX_KEYS = 10_000;
/** How long something is remembered at most. An event that was lost between processes costs no more. */
const MAX_AGE_MS = { shared: 500, alone: 30_000 } as const;

interface Kept<Value> {
  readonly value: Value;
  readonly readAtMs: number;
}

/**
 * Makes a memory of one process (ADR 49). It answers only while the channel is up and forgets a key with
 * its event, so a change by this process shows at once and one by another within half a second. A value
 * that was being read while anything was forgotten is given out once and not kept: it may be the old one.
 */
export const createRecall = <Value>(deps: RecallDeps<Value>): Recall<Value> => {
  const { events, clock, keyOf, endOf } = deps;
  // What was read lately, and what was read before. The older half goes as a whole: taking keys out one by
  // one leaves tables behind that keep alive what was in them (ADR 52).
  let young = new Map<string, Kept<Value>>();
  let old: typeof young = new Map();
  let youngSinceMs = clock.nowMs();
  const maxAgeMs = events?.isShared === false ? MAX_AGE_MS.alone : MAX_AGE_MS.shared;
  let timesForgotten = 0;

  const forget = (key: string): void => {
    timesForgotten += 1;
    young.delete(key);
    old.delete(key);
  };
  const hear = (event: HeardEvent): void => {
    if (event.kind === "missed") {
      timesForgotten += 1;
      young = new Map();
      old = new Map();
      return;
    }
    const key = keyOf(event);
    if (key !== undefined) forget(key);
  };
  events?.subscribe(hear);

  // A clock that was set back makes everything look new: then it is old.
  const isOld = ({ readAtMs }: Pick<Kept<Value>, "readAtMs">, nowMs: number): boolean =>
    nowMs - readAtMs >= maxAgeMs || nowMs < readAtMs;

  const keep = (key: string, value: Value): void => {
    const nowMs = clock.nowMs();
    if (young.size >= MAX_KEYS / 2 || isOld({ readAtMs: youngSinceMs }, nowMs)) {
      old = young;
      young = new Map();
      youngSinceMs = nowMs;
    }
    young.set(key, { value, readAtMs: nowMs });
  };

  const peek = (key: string): Value | undefined => {
    const found = young.get(key) ?? old.get(key);
    if (found === undefined || events?.isUp() !== true) return undefined;
    if (isOld(found, clock.nowMs())) return undefined;
    const over = endOf !== undefined && endOf(found.value) <= clock.nowSeconds();
    return over ? undefined : found.value;
  };

  const readAnew = async (
    key: string,
    read: () => Promise<Value | undefined>,
  ): Promise<Value | undefined> => {
    const before = timesForgotten;
    const value = await read();
    const mayKeep = events?.isUp() === true && before === timesForgotten;
    if (value !== undefined && mayKeep) keep(key, value);
    return value;
  };

  return {
    peek,
    get: (key, read) => {
      const known = peek(key);
      return known === undefined ? readAnew(key, read) : known;
    },
    forget,
  };
};
