import { z } from "zod";
import { toEpochSeconds } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import { toConnectionId } from "../core/ids.ts";
import { toSecret } from "../core/secret.ts";
import { open } from "../crypto/envelope.ts";
import type { Keyring } from "../crypto/keyring.ts";
import type { Rotation } from "./rotation.ts";
import { type RotationPlace, toSpoolAad } from "./seal-rotation.ts";

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

/** Where a spooled answer belongs; undefined for a text that is none. */
export const findPlace = (text: string): RotationPlace | undefined => parse(text);

/**
 * Opens a spooled answer. Throws `AppError("storage_corrupt")` if it is none, was changed, or is sealed
 * under a master key that is not given.
 */
export const openRotation = (keyring: Keyring, text: string): Rotation => {
  const parsed = parse(text);
  if (parsed === undefined) throw new AppError("storage_corrupt", "a spool file is not complete");
  const { connectionId, environment, version, sealed } = parsed;
  const opened = content.safeParse(JSON.parse(open(keyring, toSpoolAad(parsed), sealed)));
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
