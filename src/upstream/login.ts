import type { Random } from "../crypto/random.ts";
import { toAuthorizeUrl } from "./endpoints.ts";
import { LOGIN_TTL_SECONDS, type LoginStates, toCookieName } from "./login-state.ts";
import type { UpstreamSettings } from "./settings.ts";
import type { LoginPurpose, StartedLogin } from "./upstream.ts";

/**
 * Starts a sign-in at GoHighLevel: a random state, recorded under its hash, and a cookie of its own
 * that the callback must bring back. Throws `AppError("config_invalid")` without app credentials.
 */
export const startLogin = async (
  deps: {
    readonly settings: UpstreamSettings;
    readonly states: LoginStates;
    readonly random: Random;
  },
  purpose: LoginPurpose,
): Promise<StartedLogin> => {
  const state = deps.random.token();
  const cookie = deps.random.token();
  const authorizeUrl = toAuthorizeUrl(deps.settings, state);
  await deps.states.add(state, { purpose, cookie });
  return {
    authorizeUrl,
    cookie: { name: toCookieName(state), value: cookie, maxAgeSeconds: LOGIN_TTL_SECONDS },
  };
};
