import { createHash } from "node:crypto";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const ID_LENGTH = 20;

/** Writes bytes as an id of the kind that GoHighLevel uses: 20 letters and digits. */
export const toRecordId = (bytes: Uint8Array): string =>
  Array.from(bytes.subarray(0, ID_LENGTH), (byte) => ALPHABET.charAt(byte % ALPHABET.length)).join(
    "",
  );

/** The stable id of a seeded record: the same seed and name give the same id in every run. */
export const toSeededId = (seed: number, name: string): string =>
  toRecordId(createHash("sha256").update(`record ${seed} ${name}`).digest());

/** The stable UUID of a seeded record; pipeline stages and workflows have UUIDs. */
export const toSeededUuid = (seed: number, name: string): string =>
  toUuid(createHash("sha256").update(`uuid ${seed} ${name}`).digest());

/** Writes 16 bytes as a version 4 UUID (RFC 9562 §5.4). */
export const toUuid = (bytes: Uint8Array): string => {
  const uuid = Buffer.from(bytes.subarray(0, 16));
  uuid[6] = ((uuid[6] ?? 0) & 0x0f) | 0x40;
  uuid[8] = ((uuid[8] ?? 0) & 0x3f) | 0x80;
  const hex = uuid.toString("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join("-");
};
