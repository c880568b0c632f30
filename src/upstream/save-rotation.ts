import type { Clock } from "../core/clock.ts";
import { isStoreAway } from "../core/errors.ts";
import type { ConnectionId } from "../core/ids.ts";
import type { Logger } from "../core/logger.ts";
import { type Result, fail, ok } from "../core/result.ts";
import type { Random } from "../crypto/random.ts";
import { toJitter } from "./connections.ts";
import type { RefreshTrace } from "./refresh-trace.ts";
import { applyRotation, judgeRotation, type Rotation, toRotation } from "./rotation.ts";
import type { RotationSpool, SpooledRotation } from "./rotation-spool.ts";
import type { RotationSlot } from "./seal-rotation.ts";
import { parseRefreshAnswer, type RefreshAnswer } from "./token-answer.ts";
import type { Vault, VaultEntry } from "./vault.ts";

/** An answer with tokens on its way into the store. */
export interface NotedRotation {
  readonly rotation: Rotation;
  readonly answer: RefreshAnswer;
  /** Its name in the spool; absent where it could not be put there. */
  readonly name?: string;
}

/** What came of writing an answer: the record that counts now, or why the answer has none. */
export type Saved =
  | { readonly kind: "saved" | "superseded" | "unclear"; readonly entry: VaultEntry }
  | { readonly kind: "missing" | "foreign" };

/** Writes rotated tokens so that none is lost. */
export interface RotationWriter {
  /** Prepares the place of an answer that is yet to come. */
  prepare(entry: VaultEntry): RotationSlot;
  /**
   * Takes an answer in as it comes: it is on the disk before anything else is done with it, and only then
   * read. `isSpooled`: a courier has put it there. A failure says what is wrong with an answer that holds
   * no tokens.
   */
  note(
    slot: RotationSlot,
    answer: { readonly body: string; readonly isSpooled: boolean },
  ): Result<NotedRotation, string>;
  /**
   * Writes an answer's tokens, again and again while the store fails, and then takes it off the disk.
   * `base` is the record as it was last read. Throws the store's error when it has failed for three to ten
   * seconds; the answer then stays on the disk and in memory, and the verbs below write it.
   */
  save(noted: NotedRotation, base?: VaultEntry): Promise<Saved>;
  /** Writes what is held back for a connection, by this process or one before it on this machine. */
  saveHeldBack(id: ConnectionId): Promise<void>;
  /** {@link RotationWriter.saveHeldBack} for all connections, as far as the store takes it. */
  saveAllHeldBack(): Promise<void>;
  /** Forgets what is held back for a connection that is removed. */
  forget(id: ConnectionId): Promise<void>;
}

/** What {@link createRotationWriter} needs. */
export interface RotationWriterDeps {
  readonly vault: Vault;
  readonly spooled: RotationSpool;
  readonly trace: RefreshTrace;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

const RETRY_AFTER_MS: readonly number[] = [100, 200, 400, 800, 1600];
/** A store that takes seconds for each failure is not asked as often: whoever waits needs an answer. */
const MAX_RETRYING_MS = 10_000;

/** Makes the writer of this process. */
export const createRotationWriter = (deps: RotationWriterDeps): RotationWriter => {
  const { spooled, trace, log } = deps;
  const findSafely = createSafeFind(deps);
  /** By connection: its answer that the store does not have yet. */
  const held = new Map<ConnectionId, NotedRotation>();
  const saving = new Set<ConnectionId>();

  const save: RotationWriter["save"] = async (noted, base) => {
    const { connectionId: id } = noted.rotation;
    held.set(id, noted);
    saving.add(id);
    try {
      trace.reached("before_store_write", id);
      const saved = await writePatiently(deps, noted, base);
      trace.reached("store_written", id);
      held.delete(id);
      // The record that may be older may still need it.
      if (saved.kind !== "unclear") await removeSafely(deps, noted.name);
      trace.reached("spool_emptied", id);
      return saved;
    } finally {
      saving.delete(id);
      if (noted.name !== undefined) await spooled.whenDurable(noted.name);
    }
  };

  const isOwn = ({ name, rotation }: SpooledRotation): boolean =>
    held.get(rotation.connectionId)?.name === name || saving.has(rotation.connectionId);

  const restore = async (id?: ConnectionId): Promise<void> => {
    for (const found of await findSafely(id)) {
      if (!isOwn(found)) await restoreOne(deps, found);
    }
  };

  const saveHeldBack: RotationWriter["saveHeldBack"] = async (id) => {
    const noted = held.get(id);
    if (noted !== undefined && !saving.has(id)) await save(noted);
    await restore(id);
  };

  return {
    prepare: (entry) => spooled.prepare(entry),
    note: (slot, answer) => {
      const noted = takeIn(deps, slot, answer);
      if (noted.ok) held.set(slot.connectionId, noted.value);
      return noted;
    },
    save,
    saveHeldBack,
    saveAllHeldBack: async () => {
      try {
        for (const id of held.keys()) await saveHeldBack(id);
        await restore();
      } catch (error) {
        if (!isStoreAway(error)) throw error;
        log.warn("spooled GoHighLevel tokens wait for the store", { held: held.size });
      }
    },
    forget: async (id) => {
      held.delete(id);
      for (const { name } of await findSafely(id)) await removeSafely(deps, name);
    },
  };
};

/** Puts an answer on the disk, then reads it. */
const takeIn = (
  deps: RotationWriterDeps,
  ...[slot, { body, isSpooled }]: Parameters<RotationWriter["note"]>
): ReturnType<RotationWriter["note"]> => {
  const rotation = toRotation(slot, body, deps.clock.nowSeconds());
  const isThere = isSpooled || deps.spooled.put(slot, rotation);
  deps.trace.reached("answer_spooled", slot.connectionId);
  const answer = parseRefreshAnswer(body);
  if (answer.ok) {
    return ok({ rotation, answer: answer.value, ...(isThere ? { name: slot.name } : {}) });
  }
  if (isThere) void removeSafely(deps, slot.name);
  return fail(answer.failure);
};

/** Writes a rotation, and again while the store is away. */
const writePatiently = async (
  deps: RotationWriterDeps,
  noted: NotedRotation,
  base?: VaultEntry,
): Promise<Saved> => {
  const { clock, log } = deps;
  const { connectionId, version } = noted.rotation;
  const deadlineMs = clock.nowMs() + MAX_RETRYING_MS;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await writeOnce(deps, noted, base);
    } catch (error) {
      const waitMs = RETRY_AFTER_MS[attempt];
      log.error("new GoHighLevel tokens could not be written", {
        connectionId,
        replaces: version,
        attempt,
        spooled: noted.name !== undefined,
      });
      const isLast = waitMs === undefined || clock.nowMs() >= deadlineMs;
      if (isLast || !isStoreAway(error)) throw error;
      await clock.sleep(waitMs);
    }
  }
};

/** Writes an answer that an earlier process left. One that cannot be written holds no other one up. */
const restoreOne = async (
  deps: RotationWriterDeps,
  { name, rotation }: SpooledRotation,
): Promise<void> => {
  const { connectionId } = rotation;
  const answer = parseRefreshAnswer(rotation.body.reveal());
  if (!answer.ok) {
    deps.log.error("a spool file holds no tokens, it is removed", {
      name,
      problem: answer.failure,
    });
    await removeSafely(deps, name);
    return;
  }
  try {
    const { kind } = await writePatiently(deps, { rotation, answer: answer.value, name });
    deps.log.warn("found GoHighLevel tokens in the spool folder", { connectionId, outcome: kind });
    // A record that is not there may be in another store, and one that may be older may still need it.
    const isKept = kind === "missing" || kind === "unclear";
    if (!isKept || isTooOld(rotation, deps.clock)) await removeSafely(deps, name);
  } catch (cause) {
    if (isStoreAway(cause)) throw cause;
    deps.log.error("spooled GoHighLevel tokens could not be restored", { connectionId, cause });
  }
};

/** Writes the tokens over those that they replace, on whatever version the record has by now. */
const writeOnce = async (
  { vault, random }: RotationWriterDeps,
  { rotation, answer }: NotedRotation,
  base?: VaultEntry,
): Promise<Saved> => {
  let current = base ?? (await vault.read(rotation.connectionId));
  for (;;) {
    if (current === undefined) return { kind: "missing" };
    const verdict = judgeRotation(rotation, answer, current);
    if (verdict === "foreign") return { kind: "foreign" };
    if (verdict === "written") return { kind: "saved", entry: current };
    if (verdict !== "apply") return { kind: verdict, entry: current };
    const next = applyRotation(current, { rotation, answer, jitter: toJitter(random) });
    const written = await vault.write(next, current.version);
    if (written !== "conflict") return { kind: "saved", entry: written };
    current = await vault.read(rotation.connectionId);
  }
};

/** A refresh token that is not used ends after a year; long before, nobody waits for it any more. */
const KEEP_SECONDS = 30 * 86_400;

const isTooOld = (rotation: Rotation, clock: Clock): boolean =>
  rotation.receivedAt + KEEP_SECONDS < clock.nowSeconds();

/**
 * The spool is the second line: what goes wrong there must not fail what the store can do. Each refresh
 * looks there, so that a folder that cannot be read is told once while it lasts.
 */
const createSafeFind = ({ spooled, log }: RotationWriterDeps): RotationSpool["find"] => {
  let told: string | undefined;
  return async (id) => {
    try {
      const found = await spooled.find(id);
      told = undefined;
      return found;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : "unknown";
      if (reason !== told) log.warn("the spool folder cannot be read", { reason });
      told = reason;
      return [];
    }
  };
};

const removeSafely = async (
  { spooled, log }: RotationWriterDeps,
  name: string | undefined,
): Promise<void> => {
  if (name === undefined) return;
  await spooled.remove(name).catch((cause: unknown) => {
    log.warn("a spool file could not be removed", { name, cause });
  });
};
