import { fail, type Result } from "../../core/result.ts";
import type { OAuthFailure } from "../failure.ts";
import { isCodeChallenge } from "../pkce.ts";
import { type Parameters, requireParameter } from "../wire.ts";

/**
 * The code challenge: present for every client, and S256 by name. An absent method means `plain` (RFC
 * 7636 §4.3), which would let whoever sees the request redeem the code.
 */
export const checkPkce = (parameters: Parameters): Result<string, OAuthFailure> => {
  const challenge = requireParameter(parameters, "code_challenge");
  if (!challenge.ok) return challenge;
  const method = requireParameter(parameters, "code_challenge_method");
  if (!method.ok) return method;
  if (method.value !== "S256") {
    return fail({ kind: "parameter", parameter: "code_challenge_method", problem: "unsupported" });
  }
  return isCodeChallenge(challenge.value)
    ? challenge
    : fail({ kind: "parameter", parameter: "code_challenge", problem: "malformed" });
};
