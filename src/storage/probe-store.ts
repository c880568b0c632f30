import { addSeconds, type Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Secret } from "../core/secret.ts";
import { createKeyring } from "../crypto/keyring.ts";
import type { Random } from "../crypto/random.ts";
import { listRequiredKids } from "./key-canary.ts";
import { openRecordStore } from "./open.ts";

/** What was found out about a store by using it. */
export interface StoreProbe {
  /** A read, a write and a delete of a record of our own together. */
  readonly latencyMs: number;
  /** The ids of the master keys that the store was written with. Empty: with none yet. */
  readonly requiredKids: readonly string[];
  /** Those of them that were not given. */
  readonly missingKids: readonly string[];
}

const PROBE_SECONDS = 60;

/**
 * Opens the store at a URL as a server would, its schema included, writes a record that expires by
 * itself, and compares the master keys with those that it was written with; no key is added to it. Only for
 * a store that was opened before, see `isStoreMade`. Throws what opening throws:
 * `AppError("storage_unavailable")`, `config_invalid`, `storage_corrupt`.
 */
export const probeStore = async (deps: {
  readonly url: string;
  readonly keys: readonly Secret[];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}): Promise<StoreProbe> => {
  const { clock, random } = deps;
  const store = await openRecordStore(deps.url, deps);
  try {
    const at = { namespace: "readiness", key: random.id() };
    const begun = clock.nowMs();
    await store.put(at, "probe", { expiresAt: addSeconds(clock.nowSeconds(), PROBE_SECONDS) });
    await store.get(at);
    await store.delete(at);
    const latencyMs = clock.nowMs() - begun;
    const requiredKids = await listRequiredKids(store);
    const given = deps.keys.length === 0 ? [] : createKeyring(deps.keys).kids;
    const missingKids = requiredKids.filter((kid) => !given.includes(kid));
    return { latencyMs, requiredKids, missingKids };
  } finally {
    await store.close();
  }
};
