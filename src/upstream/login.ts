import type { Random } from "../crypto/random.ts";
import { toAuthorizeUrl } from "./endpoints.ts";
import { LOGIN_TTL_SECONDS, type LoginStates, toCookieName, toCookieValue } from "./login-state.ts";
import { type PkceSupport, toChallenge } from "./pkce-support.ts";
import type { UpstreamSettings } from "./settings.ts";
import type { LoginPurpose, StartedLogin } from "./upstream.ts";

/**
 * Starts a sign-in at GoHighLevel: a random state, recorded under its hash, a cookie of its own that
 * the callback must bring back, and a PKCE verifier where GoHighLevel is not known to refuse it.
 * Throws `AppError("config_invalid")` without app credentials.
 */
export const startLogin = async (
  deps: {
    readonly settings: UpstreamSettings;
    readonly states: LoginStates;
    readonly pkce: PkceSupport;
    readonly random: Random;
  },
  purpose: LoginPurpose,
): Promise<StartedLogin> => {
  const state = deps.random.token();
  const cookie = toCookieValue(state, deps.random.token());
  const verifier = (await deps.pkce.isUsed()) ? deps.random.token() : undefined;
  const challenge = verifier === undefined ? undefined : toChallenge(verifier);
  const authorizeUrl = toAuthorizeUrl(deps.settings, state, challenge);
  await deps.states.add(state, {
    purpose,
    cookie,
    ...(verifier === undefined ? {} : { verifier }),
  });
  return {
    authorizeUrl,
    cookie: { name: toCookieName(state), value: cookie, maxAgeSeconds: LOGIN_TTL_SECONDS },
  };
};
