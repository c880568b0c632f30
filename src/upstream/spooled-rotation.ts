import { z } from "zod";
import { toEpochSeconds } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import { toConnectionId } from "../core/ids.ts";
import { toSecret } from "../core/secret.ts";
import { open, seal } from "../crypto/envelope.ts";
import type { Keyring } from "../crypto/keyring.ts";
import type { Random } from "../crypto/random.ts";
import type { Rotation } from "./rotation.ts";

/**
 * A spooled answer: where it belongs stands in the open, so that another GoHighLevel's is left alone, and
 * is authenticated; the rest is sealed like a record of the store.
 */
const envelope = z.object({
  format: z.literal(1),
  connectionId: z.string().transform(toConnectionId),
  environment: z.string(),
  version: z.number().int(),
  sealed: z.string(),
});

const content = z.object({
  usedHash: z.string(),
  receivedAt: z.number().int().transform(toEpochSeconds),
  body: z.string().transform(toSecret),
});

type Place = Pick<Rotation, "connectionId" | "environment" | "version">;

/** Seals an answer for the spool, bound to its connection and the version that it replaces. */
export const sealRotation = (
  { keyring, random }: { readonly keyring: Keyring; readonly random: Random },
  rotation: Rotation,
): string => {
  const { connectionId, environment, version, usedHash, receivedAt, body } = rotation;
  const text = JSON.stringify({ usedHash, receivedAt, body: body.reveal() });
  const sealed = seal(keyring, random, toAad(rotation), text);
  return JSON.stringify({ format: 1, connectionId, environment, version, sealed });
};

/** Where a spooled answer belongs; undefined for a text that is none. */
export const findPlace = (text: string): Place | undefined => parse(text);

/**
 * Opens a spooled answer. Throws `AppError("storage_corrupt")` if it is none, was changed, or is sealed
 * under a master key that is not given.
 */
export const openRotation = (keyring: Keyring, text: string): Rotation => {
  const parsed = parse(text);
  if (parsed === undefined) throw new AppError("storage_corrupt", "a spool file is not complete");
  const { connectionId, environment, version, sealed } = parsed;
  const opened = content.safeParse(JSON.parse(open(keyring, toAad(parsed), sealed)));
  if (!opened.success) throw new AppError("storage_corrupt", "a spool file is not complete");
  return { connectionId, environment, version, ...opened.data };
};

const parse = (text: string): z.infer<typeof envelope> | undefined => {
  try {
    return envelope.safeParse(JSON.parse(text)).data;
  } catch {
    // Cut off while it was written.
    return undefined;
  }
};

const toAad = ({ connectionId, environment, version }: Place): string =>
  `spool|${environment}/${connectionId}|rotation of version ${version}`;
