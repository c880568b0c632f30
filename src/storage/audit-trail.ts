import type { AuditEvent, AuditTrail, StoredAuditEvent } from "../core/audit.ts";
import { addSeconds, type Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import { mapPaced } from "../core/pace.ts";
import type { Random } from "../crypto/random.ts";
import type { RecordStore } from "./record-store.ts";

/** What {@link createAuditTrail} needs. */
export interface AuditTrailDeps {
  readonly store: RecordStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

const NAMESPACE = "audit";
const KEEP_DAYS = 180;
const READ_AT_ONCE = 32;
const DAY_SECONDS = 86_400;
const DAY_MS = DAY_SECONDS * 1000;

/** Events that nobody needs to be signed in for: they must not be a way to fill the store. */
const BY_STRANGERS: ReadonlySet<AuditEvent["kind"]> = new Set([
  "client.registered",
  "sign_in.failed",
  "install.unclaimed",
]);
const MAX_BY_STRANGERS_PER_DAY = 1000;

/**
 * Opens the audit trail of a store: a record an event, written once, kept for 180 days. Of what
 * strangers can cause, one process records 1,000 events a day.
 */
export const createAuditTrail = (deps: AuditTrailDeps): AuditTrail => {
  const { store, clock, log } = deps;
  const nextKey = createKeys(deps);
  const admit = createAdmission(deps);

  return {
    record: async (event) => {
      if (!admit(event)) return;
      try {
        const key = nextKey();
        await store.put({ namespace: NAMESPACE, key }, JSON.stringify(event), {
          ifVersion: "absent",
          expiresAt: addSeconds(clock.nowSeconds(), KEEP_DAYS * DAY_SECONDS),
          group: toGroup(toMs(key)),
        });
      } catch (cause) {
        log.error("an audit event could not be stored", { audit: event, cause });
      }
    },
    list: async ({ limit, before, sinceMs = 0, untilMs = Infinity }) => {
      if (before !== undefined && !KEY.test(before)) return [];
      // From tomorrow on: another instance's clock may be ahead of ours.
      const startMs = before === undefined ? clock.nowMs() + DAY_MS : toMs(before);
      const newestMs = Math.min(startMs, untilMs);
      const oldestMs = Math.max(sinceMs, newestMs - (KEEP_DAYS + 1) * DAY_MS);
      // Keys begin with their time, so a bound in time is one in the order of the keys.
      const bounds = [before, untilMs === Infinity ? undefined : toFirstKey(untilMs)];
      const keys: string[] = [];
      for (const day of toDays(newestMs, oldestMs)) {
        if (keys.length >= limit) break;
        const page = {
          limit: limit - keys.length,
          last: true,
          after: toFirstKey(Math.max(sinceMs, Date.parse(day))),
          before: toEarliest([...bounds, toFirstKey(Date.parse(day) + DAY_MS)]),
        };
        keys.push(...(await store.list(NAMESPACE, day, page)).toReversed());
      }
      const found = await mapPaced(keys, READ_AT_ONCE, (key) => read(store, key));
      return found.flatMap((event) => (event === undefined ? [] : [event]));
    },
  };
};

const MS_DIGITS = 14;
const COUNT_DIGITS = 6;
const KEY = /^\d{14}\.\d{6}\./;

/**
 * Keys that sort as the events came: milliseconds, a count for events of one millisecond, and
 * randomness against other processes. Never goes back when the clock does.
 */
const createKeys = ({ clock, random }: AuditTrailDeps): (() => string) => {
  let lastMs = 0;
  let count = 0;
  return () => {
    const nowMs = Math.floor(clock.nowMs());
    count = nowMs > lastMs ? 0 : count + 1;
    lastMs = Math.max(nowMs, lastMs);
    const time = String(lastMs).padStart(MS_DIGITS, "0");
    return `${time}.${String(count).padStart(COUNT_DIGITS, "0")}.${random.id()}`;
  };
};

/** Whether an event is recorded; says in the log, once a day, that there were too many. */
const createAdmission = ({ clock, log }: AuditTrailDeps): ((event: AuditEvent) => boolean) => {
  let day = "";
  let count = 0;
  return ({ kind }) => {
    if (!BY_STRANGERS.has(kind)) return true;
    const today = toGroup(clock.nowMs());
    count = day === today ? count + 1 : 1;
    day = today;
    if (count === MAX_BY_STRANGERS_PER_DAY + 1) {
      log.warn("too many audit events of strangers today, the rest is left out", { kind });
    }
    return count <= MAX_BY_STRANGERS_PER_DAY;
  };
};

const read = async (store: RecordStore, key: string): Promise<StoredAuditEvent | undefined> => {
  const stored = await store.get({ namespace: NAMESPACE, key });
  if (stored === undefined) return undefined;
  const event: unknown = JSON.parse(stored.value);
  if (typeof event !== "object" || event === null || !("kind" in event)) {
    throw new AppError("storage_corrupt", `audit record "${key}" is not an event`);
  }
  // Only this file writes the namespace, and only events.
  return { id: key, atMs: toMs(key), event: event as AuditEvent };
};

/** What stands in front of every key of this moment and later. */
const toFirstKey = (ms: number): string => String(Math.ceil(ms)).padStart(MS_DIGITS, "0");

const toEarliest = (keys: readonly (string | undefined)[]): string =>
  keys.filter((key) => key !== undefined).toSorted()[0] ?? "";

const toMs = (key: string): number => Number(key.slice(0, MS_DIGITS));

/** The UTC days of a span, the last one first. */
const toDays = (newestMs: number, oldestMs: number): readonly string[] => {
  const last = Math.floor(newestMs / DAY_MS);
  const count = last - Math.floor(oldestMs / DAY_MS) + 1;
  return Array.from({ length: Math.max(count, 0) }, (_, age) => toGroup((last - age) * DAY_MS));
};

/** The UTC day of an instant. */
const toGroup = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
