import { AppError } from "../core/errors.ts";
import { open, seal } from "../crypto/envelope.ts";
import type { Keyring } from "../crypto/keyring.ts";
import type { Random } from "../crypto/random.ts";
import type { RecordStore } from "./record-store.ts";

const CANARY = { namespace: "master_key", key: "canary" };
const TEXT = "the master key opens this store";

/**
 * Proves that the master keys are those that the store was written with. The canary is one record: a
 * JSON object from the id of each key that has ever been the first one to a text sealed under it.
 * All of them must open, then the first key's is added where it is missing. Of several processes that
 * start on an empty store with different keys, one wins and the others are refused.
 *
 * Throws `AppError("master_key_invalid")` if a key is missing, and `storage_corrupt` if the canary is
 * damaged; both change nothing.
 */
export const checkMasterKey = async (deps: {
  readonly store: RecordStore;
  readonly keyring: Keyring;
  readonly random: Random;
}): Promise<void> => {
  const { store, keyring, random } = deps;
  const { kid } = keyring.active;
  for (;;) {
    const stored = await store.get(CANARY);
    const canaries = stored === undefined ? {} : parseCanaries(stored.value);
    checkCanaries(keyring, canaries);
    if (canaries[kid] !== undefined) return;

    const value = JSON.stringify({ ...canaries, [kid]: seal(keyring, random, toAad(kid), TEXT) });
    const outcome = await store.put(CANARY, value, { ifVersion: stored?.version ?? "absent" });
    if (outcome.ok) return;
  }
};

/**
 * Whether the master keys still open the store, with one read and without a write. Throws
 * `AppError("storage_unavailable")` where the store does not answer.
 */
export const isKeyRight = async (deps: {
  readonly store: Pick<RecordStore, "get">;
  readonly keyring: Keyring;
}): Promise<boolean> => {
  const stored = await deps.store.get(CANARY);
  if (stored === undefined) return false;
  try {
    const canaries = parseCanaries(stored.value);
    checkCanaries(deps.keyring, canaries);
    return canaries[deps.keyring.active.kid] !== undefined;
  } catch {
    return false;
  }
};

/** The ids of the master keys that a start on this store must be given. */
export const listRequiredKids = async (store: RecordStore): Promise<readonly string[]> => {
  const stored = await store.get(CANARY);
  return stored === undefined ? [] : Object.keys(parseCanaries(stored.value));
};

/**
 * Lets starts do without these master keys. Only for keys that no record is sealed under, and never for
 * the first one. A server that has one of them as its first key asks for it again when it starts.
 */
export const retireKids = async (store: RecordStore, kids: ReadonlySet<string>): Promise<void> => {
  for (;;) {
    const stored = await store.get(CANARY);
    if (stored === undefined) return;
    const canaries = Object.entries(parseCanaries(stored.value));
    const kept = canaries.filter(([kid]) => !kids.has(kid));
    if (kept.length === canaries.length) return;
    const value = JSON.stringify(Object.fromEntries(kept));
    if ((await store.put(CANARY, value, { ifVersion: stored.version })).ok) return;
  }
};

const checkCanaries = (keyring: Keyring, canaries: Readonly<Record<string, string>>): void => {
  const missing = Object.keys(canaries).filter((kid) => keyring.find(kid) === undefined);
  if (missing.length > 0) {
    throw new AppError(
      "master_key_invalid",
      `the store was written with master key ${quote(missing)}, and MASTER_KEY gives ${quote(keyring.kids)}\n` +
        "give that key again (to change keys: the new one first, the old one after it), or start with a new store; nothing was changed",
    );
  }
  for (const [kid, blob] of Object.entries(canaries)) {
    try {
      if (open(keyring, toAad(kid), blob) === TEXT) continue;
    } catch (cause) {
      throw damaged(cause);
    }
    throw damaged();
  }
};

const parseCanaries = (text: string): Readonly<Record<string, string>> => {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) throw new TypeError("not an object");
    return Object.fromEntries(Object.entries(value).map(([kid, blob]) => [kid, String(blob)]));
  } catch (cause) {
    throw damaged(cause);
  }
};

const damaged = (cause?: unknown): AppError =>
  new AppError(
    "storage_corrupt",
    "the store's record of its master key is damaged, so no key can be checked against it; restore the store from a backup; nothing was changed",
    { cause },
  );

const quote = (kids: readonly string[]): string => kids.map((kid) => `"${kid}"`).join(", ");

const toAad = (kid: string): string => `${CANARY.namespace}|${CANARY.key}|${kid}`;
