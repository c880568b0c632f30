import type { EpochSeconds } from "./clock.ts";
import type { Secret } from "./secret.ts";

/** A certificate and its key that were judged: both can be read, they fit each other, and TLS takes them. */
export interface TlsPair {
  /** PEM: the certificate of the server first, then those that lead to its root. */
  readonly certificate: string;
  /** PEM. */
  readonly key: Secret;
  /** What opens the key, where it is encrypted. */
  readonly passphrase?: Secret;
  readonly validFrom: EpochSeconds;
  readonly validUntil: EpochSeconds;
  /** Every user of this machine may read the key file. */
  readonly isKeyOpen: boolean;
}

/** The oldest version of TLS that is spoken (RFC 8996 forbids those before). */
const OLDEST_TLS = "TLSv1.2";

/** How a certificate stands in time. `ending`: less than two weeks are left. */
export type Validity = "early" | "good" | "ending" | "expired";

const DAY_SECONDS = 86_400;
const ENDING_SECONDS = 14 * DAY_SECONDS;

/** Judges the time that a certificate is valid for (RFC 5280 §4.1.2.5: both ends belong to it). */
export const judgeValidity = (
  { validFrom, validUntil }: Pick<TlsPair, "validFrom" | "validUntil">,
  now: EpochSeconds,
): Validity => {
  if (now > validUntil) return "expired";
  if (now < validFrom) return "early";
  return validUntil - now < ENDING_SECONDS ? "ending" : "good";
};

/** An end of the time that a certificate is valid for, as log lines have it. */
export const toDate = (at: EpochSeconds): string => new Date(at * 1000).toISOString();

/** Whole days until a certificate ends; negative once it has. */
export const daysLeft = ({ validUntil }: Pick<TlsPair, "validUntil">, now: EpochSeconds): number =>
  Math.floor((validUntil - now) / DAY_SECONDS);

/** What a TLS context or server of Node is made with. */
export const toTlsOptions = ({
  certificate,
  key,
  passphrase,
}: Pick<TlsPair, "certificate" | "key" | "passphrase">): {
  readonly cert: string;
  readonly key: string;
  readonly passphrase?: string;
  readonly minVersion: typeof OLDEST_TLS;
} => ({
  cert: certificate,
  key: key.reveal(),
  ...(passphrase !== undefined && { passphrase: passphrase.reveal() }),
  minVersion: OLDEST_TLS,
});
