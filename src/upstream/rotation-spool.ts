import type { ConnectionId } from "../core/ids.ts";
import type { Logger } from "../core/logger.ts";
import type { Keyring } from "../crypto/keyring.ts";
import type { Random } from "../crypto/random.ts";
import type { Rotation } from "./rotation.ts";
import type { Spool } from "./spool.ts";
import { fillSlot, prepareSlot, type RotationSlot } from "./seal-rotation.ts";
import { findPlace, openRotation } from "./spooled-rotation.ts";
import type { VaultEntry } from "./vault.ts";

/** An answer on the disk, and its name there. */
export interface SpooledRotation {
  readonly name: string;
  readonly rotation: Rotation;
}

/** The answers of one GoHighLevel that lie sealed on the disk. */
export interface RotationSpool {
  /** Prepares the place of an answer that is yet to come. */
  prepare(entry: VaultEntry): RotationSlot;
  /** Puts an answer in its place on the disk; false, and an error in the log, if that fails. */
  put(slot: RotationSlot, rotation: Rotation): boolean;
  /** Resolves when an answer that was put there would outlive a power cut, or is gone. */
  whenDurable(name: string): Promise<void>;
  /** The answers of a connection, or all, oldest first. What cannot be opened stays where it is. */
  find(id?: ConnectionId): Promise<readonly SpooledRotation[]>;
  remove(name: string): Promise<void>;
}

/** What {@link createRotationSpool} needs. */
export interface RotationSpoolDeps {
  readonly environment: string;
  readonly spool: Spool;
  readonly keyring: Keyring;
  readonly random: Random;
  readonly log: Logger;
}

/** Makes the spool of answers over a place for texts. */
export const createRotationSpool = (deps: RotationSpoolDeps): RotationSpool => {
  const { environment, spool, keyring, random, log } = deps;
  const syncing = new Map<string, Promise<void>>();
  const reported = new Set<string>();

  const reportOnce = (name: string, cause: unknown): void => {
    if (reported.has(name)) return;
    reported.add(name);
    log.error("a spool file cannot be opened; it stays where it is", { name, cause });
  };

  const read = async (name: string): Promise<readonly SpooledRotation[]> => {
    try {
      const text = await spool.read(name);
      const place = text === undefined ? undefined : findPlace(text);
      // What another server put there, for another GoHighLevel, is its own to restore.
      if (text === undefined || (place !== undefined && place.environment !== environment))
        return [];
      return [{ name, rotation: openRotation(keyring, text) }];
    } catch (cause) {
      reportOnce(name, cause);
      return [];
    }
  };

  const sync = async (name: string): Promise<void> => {
    try {
      await spool.sync(name);
    } catch (cause) {
      log.warn("a spool file may not outlive a power cut", { name, cause });
    }
  };

  return {
    prepare: (entry) => prepareSlot(deps, entry),
    put: (slot, { connectionId, receivedAt, body }) => {
      const { name } = slot;
      try {
        spool.write(name, fillSlot(slot, { body: body.reveal(), receivedAt }, random));
      } catch (cause) {
        log.error("new GoHighLevel tokens could not be put into the spool folder", {
          connectionId,
          cause,
        });
        return false;
      }
      syncing.set(name, sync(name));
      return true;
    },
    whenDurable: async (name) => syncing.get(name),
    find: async (id) => {
      const names = await spool.list();
      const wanted = id === undefined ? names : names.filter((name) => name.startsWith(`${id}.`));
      const found = await Promise.all(wanted.map(read));
      return found.flat().toSorted((a, b) => {
        const byTime = a.rotation.receivedAt - b.rotation.receivedAt;
        return byTime === 0 ? a.rotation.version - b.rotation.version : byTime;
      });
    },
    remove: async (name) => {
      syncing.delete(name);
      await spool.remove(name);
    },
  };
};
