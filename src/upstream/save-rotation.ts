import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { ConnectionId } from "../core/ids.ts";
import type { Logger } from "../core/logger.ts";
import type { Secret } from "../core/secret.ts";
import { equalSecret } from "../crypto/hash.ts";
import type { HeldConnection, Vault, VaultEntry } from "./vault.ts";

/** A refresh that GoHighLevel has answered, to be written down before anyone uses it. */
export interface Rotation {
  readonly base: VaultEntry;
  /** The refresh token that was used up; whoever still holds it holds the older tokens. */
  readonly used: Secret;
  /** The connection with its new tokens, given the record that it replaces. */
  apply(current: HeldConnection): HeldConnection;
}

/** Writes rotated tokens so that none is lost. */
export interface RotationWriter {
  /**
   * Writes a rotation, again and again while the store fails. Undefined if the connection was removed
   * meanwhile. Throws the store's error when it has failed for about three seconds; the rotation then
   * stays in memory and {@link RotationWriter.saveHeldBack} writes it later.
   */
  save(rotation: Rotation): Promise<VaultEntry | undefined>;
  /** Writes the rotation of this connection that could not be written before, if there is one. */
  saveHeldBack(id: ConnectionId): Promise<void>;
}

const RETRY_AFTER_MS: readonly number[] = [100, 200, 400, 800, 1600];

/** Makes the writer. */
export const createRotationWriter = (deps: {
  readonly vault: Vault;
  readonly clock: Clock;
  readonly log: Logger;
}): RotationWriter => {
  const { vault, clock, log } = deps;
  const heldBack = new Map<ConnectionId, Rotation>();

  const writeOnce = async (rotation: Rotation): Promise<VaultEntry | undefined> => {
    let current: VaultEntry | undefined = rotation.base;
    for (;;) {
      const written = await vault.write(rotation.apply(current), current.version);
      if (written !== "conflict") return written;
      current = await vault.read(rotation.base.connection.id);
      if (current === undefined) return undefined;
      // Another writer's tokens are newer than ours only if they do not come from the token that we
      // used up: a record that still holds that one was changed in its status alone.
      const isSuperseded = !equalSecret(
        current.tokens.refreshToken.reveal(),
        rotation.used.reveal(),
      );
      if (isSuperseded) return current;
    }
  };

  const save = async (rotation: Rotation): Promise<VaultEntry | undefined> => {
    const { id } = rotation.base.connection;
    heldBack.set(id, rotation);
    for (let attempt = 0; ; attempt += 1) {
      try {
        const entry = await writeOnce(rotation);
        heldBack.delete(id);
        return entry;
      } catch (error) {
        const waitMs = RETRY_AFTER_MS[attempt];
        log.error("new GoHighLevel tokens could not be written", { connectionId: id, attempt });
        if (waitMs === undefined || !isStoreDown(error)) throw error;
        await clock.sleep(waitMs);
      }
    }
  };

  return {
    save,
    saveHeldBack: async (id) => {
      const rotation = heldBack.get(id);
      if (rotation !== undefined) await save(rotation);
    },
  };
};

const isStoreDown = (error: unknown): boolean =>
  error instanceof AppError && error.code === "storage_unavailable";
