import { z } from "zod";
import { type Clock, addSeconds } from "../core/clock.ts";
import { toConnectionId, toTransactionId } from "../core/ids.ts";
import { equalSecret, hashToken } from "../crypto/hash.ts";
import type { RecordStore } from "../storage/record-store.ts";
import type { LoginPurpose } from "./upstream.ts";

/** How long a sign-in may take, and the binding cookie lives. */
export const LOGIN_TTL_SECONDS = 600;

/** What a sign-in is for, as a record of the store has it. */
export const purposeField = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("authorization"),
    transactionId: z.string().transform(toTransactionId),
  }),
  z.object({
    kind: z.literal("sign_in"),
    reconnects: z.string().transform(toConnectionId).exactOptional(),
  }),
]);

const loginState = z.object({
  purpose: purposeField,
  browserHash: z.string(),
  verifier: z.string().exactOptional(),
});

/** A started sign-in: what it is for, and the PKCE verifier of the challenge that went with it. */
export interface StartedSignIn {
  readonly purpose: LoginPurpose;
  readonly verifier?: string;
}

/** A sign-in that a browser has started and not finished. */
export interface PendingSignIn extends StartedSignIn {
  /** Names it to {@link LoginStates.consumePending}. */
  readonly key: string;
}

type Cookies = ReadonlyMap<string, string>;

/** The started sign-ins, each under the hash of its state. */
export interface LoginStates {
  /** Records a sign-in for ten minutes. */
  add(state: string, login: StartedSignIn & { readonly cookie: string }): Promise<void>;
  /**
   * Consumes a state. `wrong_browser` leaves it alone: whoever has learned a state, but does not have
   * the cookie, must not be able to end the sign-in of the person who has.
   */
  consume(state: string, cookies: Cookies): Promise<StartedSignIn | "unknown" | "wrong_browser">;
  /** The open sign-ins that this browser proves to have started; leaves them open. */
  findPending(cookies: Cookies): Promise<readonly PendingSignIn[]>;
  /** Consumes a sign-in that {@link LoginStates.findPending} found in this browser; false: it is gone. */
  consumePending(key: string, cookies: Cookies): Promise<boolean>;
}

/** The name of the cookie that binds a sign-in to its browser; each sign-in has its own. */
export const toCookieName = (state: string): string => toName(hashToken(state));

/** What the cookie holds: where the sign-in is recorded, and a secret that only this browser has. */
export const toCookieValue = (state: string, secret: string): string =>
  `${hashToken(state)}.${secret}`;

/** The name of the cookie of a pending sign-in. */
export const toName = (key: string): string => PREFIX + key.slice(0, 12);

const PREFIX = "__Host-ghlmcp-login-";

/** An honest browser has one or two; each costs a look into the store. */
const MOST_COOKIES = 10;

/** Makes the record of started sign-ins over a sealed store. */
export const createLoginStates = (deps: {
  readonly sealed: RecordStore;
  readonly clock: Clock;
}): LoginStates => {
  const { sealed, clock } = deps;

  const find = async (key: string, cookies: Cookies) => {
    const stored = await sealed.get(toAddress(key));
    if (stored === undefined) return "unknown";
    const { browserHash, ...login } = loginState.parse(JSON.parse(stored.value));
    const cookie = cookies.get(toName(key));
    return cookie !== undefined && equalSecret(hashToken(cookie), browserHash)
      ? login
      : "wrong_browser";
  };

  const consume = async (key: string, cookies: Cookies) => {
    const found = await find(key, cookies);
    if (typeof found === "string") return found;
    return (await sealed.take(toAddress(key))) === undefined ? "unknown" : found;
  };

  return {
    add: async (state, { cookie, ...login }) => {
      const value = JSON.stringify({ ...login, browserHash: hashToken(cookie) });
      const expiresAt = addSeconds(clock.nowSeconds(), LOGIN_TTL_SECONDS);
      await sealed.put(toAddress(hashToken(state)), value, { expiresAt, ifVersion: "absent" });
    },
    consume: (state, cookies) => consume(hashToken(state), cookies),
    findPending: async (cookies) => {
      const keys = [...cookies]
        .filter(([name, value]) => value.includes(".") && name === toName(value))
        .slice(0, MOST_COOKIES)
        .map(([, value]) => value.split(".", 1)[0] ?? "");
      const found = await Promise.all(
        keys.map(async (key) => ({ key, login: await find(key, cookies) })),
      );
      return found.flatMap(({ key, login }) =>
        typeof login === "string" ? [] : [{ key, ...login }],
      );
    },
    consumePending: async (key, cookies) => typeof (await consume(key, cookies)) !== "string",
  };
};

const toAddress = (key: string) => ({ namespace: "upstream_login", key });
