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

/** Above this many keys, what was read first goes first. */
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
  // In the order in which they were read, so that the oldest stand in front.
  const kept = new Map<string, Kept<Value>>();
  const maxAgeMs = events?.isShared === false ? MAX_AGE_MS.alone : MAX_AGE_MS.shared;
  let timesForgotten = 0;

  const forget = (key: string): void => {
    timesForgotten += 1;
    kept.delete(key);
  };
  const hear = (event: HeardEvent): void => {
    if (event.kind === "missed") {
      timesForgotten += 1;
      kept.clear();
      return;
    }
    const key = keyOf(event);
    if (key !== undefined) forget(key);
  };
  events?.subscribe(hear);

  // A clock that was set back makes everything look new: then it is old.
  const isOld = ({ readAtMs }: Kept<Value>, nowMs: number): boolean =>
    nowMs - readAtMs >= maxAgeMs || nowMs < readAtMs;

  const keep = (key: string, value: Value): void => {
    const nowMs = clock.nowMs();
    kept.delete(key);
    kept.set(key, { value, readAtMs: nowMs });
    for (const [oldest, one] of kept) {
      if (kept.size <= MAX_KEYS && !isOld(one, nowMs)) break;
      kept.delete(oldest);
    }
  };

  const peek = (key: string): Value | undefined => {
    const found = kept.get(key);
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
