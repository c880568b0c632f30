import { type Clock, addSeconds } from "../core/clock.ts";
import { hashToken } from "../crypto/hash.ts";
import type { RecordStore } from "../storage/record-store.ts";

/** Whether PKCE is used towards GoHighLevel, as far as is known. */
export interface PkceSupport {
  /** Whether a new sign-in sends a challenge. */
  isUsed(): Promise<boolean>;
  /** Notes that the token endpoint does not know the parameter: no process sends it for 30 days. */
  noteRefused(): Promise<void>;
}

const NAMESPACE = "upstream_pkce";

/** GoHighLevel may learn it; until then one sign-in a month makes one request more. */
const REMEMBER_SECONDS = 30 * 86_400;

/**
 * Makes the memory of one GoHighLevel. It documents no PKCE (gohighlevel.md §4.1) and may ignore,
 * verify or refuse it, so it is used until the token endpoint says that it does not exist there.
 */
export const createPkceSupport = (deps: {
  readonly settings: { readonly environment: string; readonly pkce?: "auto" | "off" };
  readonly store: RecordStore;
  readonly clock: Clock;
}): PkceSupport => {
  const { settings, store, clock } = deps;
  const at = { namespace: NAMESPACE, key: settings.environment };
  return {
    isUsed: async () => settings.pkce !== "off" && (await store.get(at)) === undefined,
    noteRefused: async () => {
      const expiresAt = addSeconds(clock.nowSeconds(), REMEMBER_SECONDS);
      await store.put(at, "refused", { expiresAt });
    },
  };
};

/** The S256 challenge of a verifier (RFC 7636 §4.2). */
export const toChallenge = (verifier: string): string => hashToken(verifier);
