import { z } from "zod";
import { type Clock, addSeconds } from "../core/clock.ts";
import { toConnectionId, toTransactionId } from "../core/ids.ts";
import { equalSecret, hashToken } from "../crypto/hash.ts";
import type { RecordStore } from "../storage/record-store.ts";
import type { LoginPurpose } from "./upstream.ts";

/** How long a sign-in may take, and the binding cookie lives. */
export const LOGIN_TTL_SECONDS = 600;

const loginState = z.object({
  purpose: z.discriminatedUnion("kind", [
    z.object({
      kind: z.literal("authorization"),
      transactionId: z.string().transform(toTransactionId),
    }),
    z.object({
      kind: z.literal("sign_in"),
      reconnects: z.string().transform(toConnectionId).exactOptional(),
    }),
  ]),
  browserHash: z.string(),
});

/** The started sign-ins, each under the hash of its state. */
export interface LoginStates {
  /** Records a sign-in for ten minutes. */
  add(
    state: string,
    login: { readonly purpose: LoginPurpose; readonly cookie: string },
  ): Promise<void>;
  /**
   * Consumes a state. `wrong_browser` leaves it alone: whoever has learned a state, but does not have
   * the cookie, must not be able to end the sign-in of the person who has.
   */
  consume(
    state: string,
    cookies: ReadonlyMap<string, string>,
  ): Promise<LoginPurpose | "unknown" | "wrong_browser">;
}

/** The name of the cookie that binds a sign-in to its browser; each sign-in has its own. */
export const toCookieName = (state: string): string =>
  `__Host-ghlmcp-login-${hashToken(state).slice(0, 12)}`;

/** Makes the record of started sign-ins over a sealed store. */
export const createLoginStates = (deps: {
  readonly sealed: RecordStore;
  readonly clock: Clock;
}): LoginStates => {
  const { sealed, clock } = deps;
  return {
    add: async (state, { purpose, cookie }) => {
      const value = JSON.stringify({ purpose, browserHash: hashToken(cookie) });
      const expiresAt = addSeconds(clock.nowSeconds(), LOGIN_TTL_SECONDS);
      await sealed.put(toAddress(state), value, { expiresAt, ifVersion: "absent" });
    },
    consume: async (state, cookies) => {
      const stored = await sealed.get(toAddress(state));
      if (stored === undefined) return "unknown";
      const { purpose, browserHash } = loginState.parse(JSON.parse(stored.value));
      const cookie = cookies.get(toCookieName(state));
      if (cookie === undefined || !equalSecret(hashToken(cookie), browserHash)) {
        return "wrong_browser";
      }
      const taken = await sealed.take(toAddress(state));
      return taken === undefined ? "unknown" : purpose;
    },
  };
};

const toAddress = (state: string) => ({ namespace: "upstream_login", key: hashToken(state) });
