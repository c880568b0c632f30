import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { ConnectionId } from "../core/ids.ts";
import type { Logger } from "../core/logger.ts";
import { type Result, fail, ok } from "../core/result.ts";
import { toSecret } from "../core/secret.ts";
import type { Random } from "../crypto/random.ts";
import { toJitter } from "./connections.ts";
import type { RefreshTrace } from "./refresh-trace.ts";
import { applyRotation, judgeRotation, type Rotation } from "./rotation.ts";
import type { RotationSpool } from "./rotation-spool.ts";
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
  const { spooled, trace, clock, log } = deps;
  /** By connection: its answer that the store does not have yet. */
  const held = new Map<ConnectionId, NotedRotation>();
  const saving = new Set<ConnectionId>();

  const retrying = async (noted: NotedRotation, base?: VaultEntry): Promise<Saved> => {
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

  const save: RotationWriter["save"] = async (noted, base) => {
    const { connectionId: id } = noted.rotation;
    held.set(id, noted);
    saving.add(id);
    try {
      trace.reached("before_store_write", id);
      const saved = await retrying(noted, base);
      trace.reached("store_written", id);
      await settle(noted, saved);
      trace.reached("spool_emptied", id);
      return saved;
    } finally {
      saving.delete(id);
      if (noted.name !== undefined) await spooled.whenDurable(noted.name);
    }
  };

  /** Takes an answer off the disk once nobody can need it. */
  const settle = async ({ rotation, name }: NotedRotation, saved: Saved): Promise<void> => {
    held.delete(rotation.connectionId);
    // A record that is not there may be in another store, and a record that may be older may still need it.
    if (name === undefined || (saved.kind === "unclear" && !isTooOld(rotation, clock))) return;
    await removeSafely(deps, name);
  };

  const isOwn = (name: string): boolean => [...held.values()].some((one) => one.name === name);

  const restore = async (id?: ConnectionId): Promise<void> => {
    for (const { name, rotation } of await findSafely(deps, id)) {
      if (isOwn(name) || saving.has(rotation.connectionId)) continue;
      const answer = parseRefreshAnswer(rotation.body.reveal());
      if (!answer.ok) {
        log.error("a spool file holds no tokens, it is removed", { name, problem: answer.failure });
        await removeSafely(deps, name);
        continue;
      }
      const noted = { rotation, answer: answer.value, name };
      const saved = await retrying(noted);
      log.warn("found GoHighLevel tokens in the spool folder", {
        connectionId: rotation.connectionId,
        outcome: saved.kind,
      });
      if (saved.kind !== "missing" || isTooOld(rotation, clock)) await settle(noted, saved);
    }
  };

  const saveHeldBack: RotationWriter["saveHeldBack"] = async (id) => {
    const noted = held.get(id);
    if (noted !== undefined && !saving.has(id)) await save(noted);
    await restore(id);
  };

  return {
    prepare: (entry) => spooled.prepare(entry),
    note: (slot, { body, isSpooled }) => {
      const { name, connectionId, environment, version, usedHash } = slot;
      const place = { connectionId, environment, version };
      const rotation = { ...place, usedHash, receivedAt: clock.nowSeconds(), body: toSecret(body) };
      const isThere = isSpooled || spooled.put(slot, rotation);
      trace.reached("answer_spooled", connectionId);
      const answer = parseRefreshAnswer(body);
      if (answer.ok) {
        const noted = { rotation, answer: answer.value, ...(isThere ? { name } : {}) };
        held.set(rotation.connectionId, noted);
        return ok(noted);
      }
      if (isThere) void removeSafely(deps, name);
      return fail(answer.failure);
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
      for (const { name } of await findSafely(deps, id)) await removeSafely(deps, name);
    },
  };
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

// The spool is the second line: what goes wrong there must not fail what the store can do.
const findSafely = async (
  { spooled, log }: RotationWriterDeps,
  id?: ConnectionId,
): ReturnType<RotationSpool["find"]> =>
  spooled.find(id).catch((cause: unknown) => {
    log.warn("the spool folder cannot be read", { cause });
    return [];
  });

const removeSafely = ({ spooled, log }: RotationWriterDeps, name: string): Promise<void> =>
  spooled.remove(name).catch((cause: unknown) => {
    log.warn("a spool file could not be removed", { name, cause });
  });

const isStoreAway = (error: unknown): boolean =>
  error instanceof AppError && error.code === "storage_unavailable";
