import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { Secret } from "../core/secret.ts";
import { findKid, rewrap } from "../crypto/envelope.ts";
import type { Keyring } from "../crypto/keyring.ts";
import { createKeyring } from "../crypto/keyring.ts";
import type { Random } from "../crypto/random.ts";
import { checkMasterKey, listRequiredKids, retireKids } from "./key-canary.ts";
import type { Entry, MaintainableStore } from "./maintainable-store.ts";
import { openRecordStore } from "./open.ts";
import { toAad } from "./sealed-store.ts";

/** How many records are sealed under each master key, by its id. */
export type KeyCensus = ReadonlyMap<string, number>;

/** A master key, as the store and the ring know it. */
export interface KeyState {
  readonly kid: string;
  /** How many records are sealed under it. */
  readonly records: number;
  /** `first` of the ring encrypts, `in_ring` decrypts, `missing` was not given. */
  readonly place: "first" | "in_ring" | "missing";
  /** A start without it is refused. */
  readonly required: boolean;
}

/** What a rotation did. */
export interface KeyRotation {
  readonly before: readonly KeyState[];
  readonly after: readonly KeyState[];
  readonly rewrapped: number;
  /** Records whose data key does not open, as `namespace/key`; they stay as they are. */
  readonly unreadable: readonly string[];
  /** The keys that may be taken out of MASTER_KEY from now on. */
  readonly retired: readonly string[];
}

/** Looks after the master keys of a store. */
export interface KeyUpkeep {
  /** Counts what is sealed under which key, and changes nothing. */
  status(): Promise<readonly KeyState[]>;
  /**
   * Puts every sealed record under the first key. Servers may run meanwhile, as long as their ring has
   * that key first: no version changes, and a record that a server writes meanwhile is left to it. May be
   * cut off at any point and run again. Throws `AppError("master_key_invalid")` if the ring does not open
   * the store, and the signal's reason when it aborts.
   */
  rotate(options: {
    readonly signal: AbortSignal;
    onProgress(done: number, total: number): void;
  }): Promise<KeyRotation>;
  close(): Promise<void>;
}

/** Opens the store at a URL to look after its keys, the first of which encrypts. */
export const openKeyUpkeep = async (deps: {
  readonly url: string;
  readonly keys: readonly Secret[];
  readonly clock: Clock;
  readonly random: Random;
}): Promise<KeyUpkeep> => {
  const keyring = createKeyring(deps.keys);
  const store = await openRecordStore(deps.url, deps);
  return createKeyUpkeep({ store, keyring, random: deps.random });
};

interface UpkeepDeps {
  readonly store: MaintainableStore;
  readonly keyring: Keyring;
  readonly random: Random;
}

/** If records under another key still appear after so many, a server does not have the ring yet. */
const MAX_WALKS = 5;

/**
 * {@link KeyUpkeep} over an open store, which `close` closes.
 *
 * @internal
 */
export const createKeyUpkeep = (deps: UpkeepDeps): KeyUpkeep => {
  const { store, keyring } = deps;
  const status = async (): Promise<readonly KeyState[]> =>
    toStates(keyring, await takeCensus(store), await listRequiredKids(store));
  return {
    status,
    rotate: async ({ signal, onProgress }) => {
      await checkMasterKey(deps);
      const before = await status();
      const total = await store.count();
      const unreadable = new Set<string>();
      let rewrapped = 0;
      for (let walks = 0; walks < MAX_WALKS; walks += 1) {
        const walk = await rewrapAll(deps, signal, (done) => onProgress(done, total));
        rewrapped += walk.rewrapped;
        for (const address of walk.unreadable) unreadable.add(address);
        if (walk.rewrapped + walk.overtaken === 0) break;
      }
      const done = await status();
      const unused = done.filter(({ place, records }) => place === "in_ring" && records === 0);
      const retired = unused.map(({ kid }) => kid);
      await retireKids(store, new Set(retired));
      const after = done.map((state) =>
        retired.includes(state.kid) ? { ...state, required: false } : state,
      );
      return { before, after, rewrapped, unreadable: [...unreadable], retired };
    },
    close: () => store.close(),
  };
};

const takeCensus = async (store: MaintainableStore): Promise<KeyCensus> => {
  const census = new Map<string, number>();
  for await (const { value } of store.entries()) {
    const kid = findKid(value);
    if (kid !== undefined) census.set(kid, (census.get(kid) ?? 0) + 1);
  }
  return census;
};

const toStates = (
  keyring: Keyring,
  census: KeyCensus,
  required: readonly string[],
): readonly KeyState[] =>
  [...new Set([...keyring.kids, ...required, ...census.keys()])].map((kid) => ({
    kid,
    records: census.get(kid) ?? 0,
    place: toPlace(keyring, kid),
    required: required.includes(kid),
  }));

const toPlace = (keyring: Keyring, kid: string): KeyState["place"] => {
  if (kid === keyring.active.kid) return "first";
  return keyring.find(kid) === undefined ? "missing" : "in_ring";
};

interface Walk {
  readonly rewrapped: number;
  /** Records that were written while they were looked at. */
  readonly overtaken: number;
  readonly unreadable: readonly string[];
}

const rewrapAll = async (
  deps: UpkeepDeps,
  signal: AbortSignal,
  onRecord: (done: number) => void,
): Promise<Walk> => {
  const unreadable: string[] = [];
  let [rewrapped, overtaken, done] = [0, 0, 0];
  for await (const entry of deps.store.entries()) {
    signal.throwIfAborted();
    const outcome = await rewrapOne(deps, entry);
    if (outcome === "rewrapped") rewrapped += 1;
    if (outcome === "overtaken") overtaken += 1;
    if (outcome === "unreadable") unreadable.push(`${entry.namespace}/${entry.key}`);
    onRecord((done += 1));
  }
  return { rewrapped, overtaken, unreadable };
};

const rewrapOne = async (
  { store, keyring, random }: UpkeepDeps,
  entry: Entry,
): Promise<"kept" | "rewrapped" | "overtaken" | "unreadable"> => {
  const kid = findKid(entry.value);
  if (kid === undefined || kid === keyring.active.kid) return "kept";
  try {
    const value = rewrap(keyring, random, toAad(entry), entry.value);
    return (await store.swapValue(entry, entry.value, value)) ? "rewrapped" : "overtaken";
  } catch (error) {
    if (error instanceof AppError && error.code === "storage_corrupt") return "unreadable";
    throw error;
  }
};
