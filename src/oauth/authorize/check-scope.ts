import { ok, type Result } from "../../core/result.ts";
import type { OAuthFailure } from "../failure.ts";
import { type Reach, toRequestedReach } from "../scopes.ts";
import type { Parameters } from "../wire.ts";

/** The reach that the client asks for. Unknown scopes are left out, so this never fails. */
export const checkScope = (parameters: Parameters): Result<Reach, OAuthFailure> =>
  ok(toRequestedReach(parameters.scope));
